#include "ltm/loops.h"

#include <algorithm>
#include <map>

#include "ir/axes.h"
#include "model/names.h"

namespace loopscope {

namespace {

class LoopMaker {
 public:
  LoopMaker(const Program& program, const LtmPlan& plan) : program_(program), plan_(plan) {
    // Names are compared often: once, here.
    std::vector<VariableId> by_name(program.variables.size());
    for (VariableId v = 0; v < by_name.size(); v++) by_name[v] = v;
    std::sort(by_name.begin(), by_name.end(), [&](VariableId a, VariableId b) {
      const ProgramVariable &x = program.variables[a], &y = program.variables[b];
      return x.hidden != y.hidden ? y.hidden : x.id != y.id ? x.id < y.id : a < b;
    });
    rank_.resize(by_name.size());
    for (uint32_t i = 0; i < by_name.size(); i++) rank_[by_name[i]] = i;
  }

  std::vector<Loop> run(CircuitList circuits, const std::vector<Loop>& taken) {
    std::vector<Candidate> all;
    for (auto& edges : circuits) all.push_back(candidate(std::move(edges)));
    std::sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) { return before(a, b); });
    std::vector<Loop> loops;
    for (size_t begin = 0; begin < all.size();) {
      size_t end = begin + 1;
      while (end < all.size() && all[begin].repeats && all[end].repeats && same_shape(all[begin], all[end])) end++;
      loops.push_back(group(all, begin, end));
      begin = end;
    }
    number(loops, taken);
    return loops;
  }

 private:
  struct Candidate {
    LoopSlot slot;
    Polarity structural;
    bool repeats;  // may be one of several that differ in their element alone
  };

  const Node& node(NodeId n) const { return plan_.nodes[n]; }

  Candidate candidate(std::vector<uint32_t> edges) const {
    auto from = [&](size_t i) -> const Node& { return node(plan_.edges[edges[i]].from); };
    auto key = [&](size_t i) { return std::pair(rank_[from(i).variable], from(i).element); };
    size_t start = 0;
    for (size_t i = 1; i < edges.size(); i++)
      if (key(i) < key(start)) start = i;
    std::rotate(edges.begin(), edges.begin() + long(start), edges.end());
    Candidate out;
    out.structural = Polarity::Positive;
    for (uint32_t edge : edges) {
      out.slot.path.push_back(plan_.edges[edge].from);
      out.structural = out.structural * plan_.edges[edge].polarity;
    }
    if (out.structural == Polarity::None) out.structural = Polarity::Unknown;
    out.slot.edges = std::move(edges);
    out.repeats = one_element_a_dimension(out.slot);
    return out;
  }

  // Position of a node on each of its variable's axes.
  std::vector<uint32_t> positions(const Node& n) const {
    std::vector<uint32_t> extents = extents_of(program_, n.variable), out(extents.size());
    uint32_t rest = n.element;
    for (size_t i = extents.size(); i-- > 0; rest /= extents[i]) out[i] = rest % extents[i];
    return out;
  }

  // Does the path stay at one element of every dimension that it meets (the n-th of those that a variable has twice)?
  bool one_element_a_dimension(const LoopSlot& slot) const {
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> at;
    bool arrays = false;
    for (NodeId n : slot.path) {
      const auto& dimensions = program_.variables[node(n).variable].dimensions;
      if (dimensions.empty()) continue;
      arrays = true;
      std::vector<uint32_t> here = positions(node(n));
      for (size_t i = 0; i < dimensions.size(); i++) {
        uint32_t occurrence = uint32_t(std::count(dimensions.begin(), dimensions.begin() + long(i), dimensions[i]));
        if (at.emplace(std::pair(dimensions[i], occurrence), here[i]).first->second != here[i]) return false;
      }
    }
    return arrays;
  }

  static int polarity_rank(Polarity p) { return p == Polarity::Positive ? 0 : p == Polarity::Negative ? 1 : 2; }

  // By polarity, the variables along the path, and their elements.
  bool before(const Candidate& a, const Candidate& b) const {
    if (a.structural != b.structural) return polarity_rank(a.structural) < polarity_rank(b.structural);
    const auto &x = a.slot.path, &y = b.slot.path;
    for (size_t i = 0; i < x.size() && i < y.size(); i++)
      if (node(x[i]).variable != node(y[i]).variable) return rank_[node(x[i]).variable] < rank_[node(y[i]).variable];
    if (x.size() != y.size()) return x.size() < y.size();
    if (a.repeats != b.repeats) return a.repeats;
    for (size_t i = 0; i < x.size(); i++)
      if (node(x[i]).element != node(y[i]).element) return node(x[i]).element < node(y[i]).element;
    return a.slot.edges < b.slot.edges;
  }
  bool same_shape(const Candidate& a, const Candidate& b) const {
    const auto &x = a.slot.path, &y = b.slot.path;
    if (a.structural != b.structural || x.size() != y.size()) return false;
    for (size_t i = 0; i < x.size(); i++)
      if (node(x[i]).variable != node(y[i]).variable) return false;
    return true;
  }

  Loop group(std::vector<Candidate>& all, size_t begin, size_t end) const {
    Loop loop;
    loop.structural = all[begin].structural;
    if (end > begin + 1) choose_dimensions(all, begin, end, loop);
    for (size_t i = begin; i < end; i++) loop.slots.push_back(std::move(all[i].slot));
    std::stable_sort(loop.slots.begin(), loop.slots.end(), [](const LoopSlot& a, const LoopSlot& b) { return a.element < b.element; });
    return loop;
  }

  // A slot goes by the subscripts of the variable on the path that has the most of them; by all of them where that is not enough to tell
  // the slots apart.
  void choose_dimensions(std::vector<Candidate>& all, size_t begin, size_t end, Loop& loop) const {
    const std::vector<NodeId>& path = all[begin].slot.path;
    size_t most = 0;
    auto dimensions = [&](size_t i) -> const std::vector<uint32_t>& { return program_.variables[node(path[i]).variable].dimensions; };
    for (size_t i = 1; i < path.size(); i++)
      if (dimensions(i).size() > dimensions(most).size()) most = i;
    loop.dimensions = dimensions(most);
    for (size_t i = begin; i < end; i++) all[i].slot.element = positions(node(all[i].slot.path[most]));
    std::vector<std::vector<uint32_t>> seen;
    for (size_t i = begin; i < end; i++) seen.push_back(all[i].slot.element);
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) == seen.end()) return;
    loop.dimensions.clear();
    for (size_t i = 0; i < path.size(); i++) loop.dimensions.insert(loop.dimensions.end(), dimensions(i).begin(), dimensions(i).end());
    for (size_t i = begin; i < end; i++) {
      all[i].slot.element.clear();
      for (NodeId n : all[i].slot.path)
        for (uint32_t p : positions(node(n))) all[i].slot.element.push_back(p);
    }
  }

  // Ids depend on content alone. What other loops are called stays theirs.
  void number(std::vector<Loop>& loops, const std::vector<Loop>& taken) const {
    uint32_t count[3] = {0, 0, 0};
    for (const Loop& loop : taken) count[polarity_rank(loop.structural)]++;
    for (Loop& loop : loops) {
      int rank = polarity_rank(loop.structural);
      loop.id = std::string(1, "rbu"[rank]) + std::to_string(++count[rank]);
    }
  }

  const Program& program_;
  const LtmPlan& plan_;
  std::vector<uint32_t> rank_;
};

}  // namespace

bool has_stock(const LtmPlan& plan, const LoopSlot& slot) {
  return std::any_of(slot.path.begin(), slot.path.end(), [&](NodeId n) { return plan.stock[n]; }) ||
         std::any_of(slot.edges.begin(), slot.edges.end(), [&](uint32_t e) { return plan.links[plan.edges[e].link].kind == LinkKind::Composite; });
}

std::vector<uint32_t> from_least(std::vector<uint32_t> edges) {
  std::rotate(edges.begin(), std::min_element(edges.begin(), edges.end()), edges.end());
  return edges;
}

std::vector<Loop> make_loops(const Program& program, const LtmPlan& plan, CircuitList circuits, const std::vector<Loop>& taken) {
  return LoopMaker(program, plan).run(std::move(circuits), taken);
}

std::vector<Partition> assign_partitions(const Program& program, const LtmPlan& plan, std::vector<Loop>& loops) {
  std::vector<Partition> partitions;
  std::vector<uint32_t> partition_of(plan.nodes.size(), none_id);  // of a component
  for (Loop& loop : loops)
    for (LoopSlot& slot : loop.slots) {
      bool shared = has_stock(plan, slot);
      uint32_t& known = partition_of[plan.component[slot.path[0]]];
      slot.partition = shared && known != none_id ? known : uint32_t(partitions.size());
      if (slot.partition == partitions.size()) partitions.push_back({});
      if (shared) known = slot.partition;
    }
  for (NodeId n = 0; n < plan.nodes.size(); n++) {
    if (!plan.stock[n] || program.variables[plan.nodes[n].variable].hidden) continue;
    uint32_t partition = partition_of[plan.component[n]];
    if (partition != none_id) partitions[partition].stocks.push_back(n);
  }
  return partitions;
}

std::vector<std::string> slot_elements(const Program& program, const Loop& loop, const LoopSlot& slot) {
  std::vector<std::string> out;
  for (size_t i = 0; i < loop.dimensions.size(); i++) out.push_back(program.dimensions[loop.dimensions[i]].elements[slot.element[i]]);
  return out;
}

std::string slot_name(const Program& program, const Loop& loop, const LoopSlot& slot) {
  std::string out;
  for (const std::string& element : slot_elements(program, loop, slot)) out += (out.empty() ? "[" : ",") + element;
  return loop.id + (out.empty() ? out : out + "]");
}

namespace {

// The nodes that a name stands for: `population`, `module.population`, `population[nyc]`.
std::vector<NodeId> named_nodes(const Program& program, const LtmPlan& plan, const std::string& name) {
  std::string base = canonical_path(name), label;
  size_t bracket = name.rfind('[');
  if (bracket != name.npos && name.back() == ']') {
    std::string_view subscripts = std::string_view(name).substr(bracket + 1, name.size() - bracket - 2);
    base = canonical_path(std::string_view(name).substr(0, bracket));
    for (size_t comma = 0; comma != subscripts.npos; subscripts.remove_prefix(comma + 1)) {
      comma = subscripts.find(',');
      label += (label.empty() ? "[" : ",") + canonical_name(subscripts.substr(0, comma));
      if (comma == subscripts.npos) break;
    }
    label += "]";
  }
  std::vector<NodeId> out;
  for (VariableId v = 0; v < plan.first_node.size(); v++) {
    const ProgramVariable& variable = program.variables[v];
    if (plan.first_node[v] == none_id || variable.hidden || variable.id != base) continue;
    for (uint32_t k = 0; k < variable.elements; k++)
      if (label.empty() || label == element_label(program, v, k)) out.push_back(plan.first_node[v] + k);
  }
  return out;
}

}  // namespace

CircuitList find_pinned(const Program& program, const LtmPlan& plan, const std::vector<std::string>& names, std::vector<Diagnostic>& diagnostics) {
  constexpr size_t most_circuits = 100'000, most_steps = 5'000'000;
  CircuitList out;
  std::string text;
  std::vector<std::vector<NodeId>> nodes;
  std::vector<std::vector<bool>> is(names.size(), std::vector<bool>(plan.nodes.size(), false));
  for (size_t i = 0; i < names.size(); i++) {
    text += (i ? " -> " : "") + names[i];
    nodes.push_back(named_nodes(program, plan, names[i]));
    for (NodeId n : nodes[i]) is[i][n] = true;
    if (nodes[i].empty()) {
      diagnostics.push_back(diagnose(Code::unknown_loop, "the pinned loop " + text + " names " + names[i] + ", which is no variable that changes in the run"));
      return out;
    }
  }
  if (names.empty()) return out;
  std::vector<std::vector<uint32_t>> edges(plan.nodes.size());
  for (uint32_t e : plan.graph) edges[plan.edges[e].from].push_back(e);
  struct Frame {
    NodeId node;
    uint32_t next;
    size_t stage;  // names[stage] was the last one met
  };
  std::vector<bool> on_path(plan.nodes.size(), false);
  size_t steps = 0;
  for (NodeId start : nodes[0]) {
    std::vector<Frame> stack{{start, 0, 0}};
    std::vector<uint32_t> path;
    on_path[start] = true;
    while (!stack.empty() && out.size() < most_circuits && steps++ < most_steps) {
      Frame& frame = stack.back();
      if (frame.next >= edges[frame.node].size()) {
        on_path[frame.node] = false;
        stack.pop_back();
        if (!path.empty()) path.pop_back();
        continue;
      }
      uint32_t edge = edges[frame.node][frame.next++];
      NodeId to = plan.edges[edge].to;
      bool last = frame.stage + 1 == names.size();
      if (last && to == start) {
        out.push_back(path);
        out.back().push_back(edge);
        continue;
      }
      bool hidden = program.variables[plan.nodes[to].variable].hidden;
      if (on_path[to] || (!hidden && (last || !is[frame.stage + 1][to]))) continue;
      on_path[to] = true;
      path.push_back(edge);
      stack.push_back({to, 0, frame.stage + !hidden});
    }
    for (const Frame& frame : stack) on_path[frame.node] = false;
  }
  if (out.empty()) diagnostics.push_back(diagnose(Code::unknown_loop, "there is no feedback loop " + text + " -> " + names[0] + " in this order; name all of its variables, each once"));
  return out;
}

}  // namespace loopscope
