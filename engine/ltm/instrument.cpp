#include <algorithm>
#include <map>

#include "ir/axes.h"
#include "ltm/aggregates.h"
#include "ltm/circuits.h"
#include "ltm/loops.h"
#include "ltm/score_variables.h"
#include "support/graph.h"

namespace loopscope {

namespace {

constexpr uint32_t max_macro_paths = 10000;
// The gate: circuits that are tried before a model counts as too dense to enumerate, and the loops that exhaustive mode lists. A loop
// that repeats for every element counts once, so arrays have more circuits.
constexpr uint32_t most_loops = 1000, most_loops_when_asked = 10'000, most_circuits = 200'000;
constexpr uint64_t most_edges = 2'000'000, most_visits = 5'000'000;

class Instrumenter {
 public:
  Instrumenter(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics)
      : program_(program), options_(options), diagnostics_(diagnostics), reads_(build_causal_graph(program, plan_, diagnostics)), variables_(program, plan_) {}

  LtmPlan run() {
    plan_.discovery = options_.discovery;
    if (has_errors(diagnostics_)) return std::move(plan_);
    for (uint32_t i = 0; i < plan_.links.size(); i++) {
      if (too_large()) return std::move(plan_);
      plan_.links[i].score = variables_.link(plan_.links[i], reads_[i]);
    }
    collapse_macros();
    if (!too_large()) find_loops();
    return std::move(plan_);
  }

 private:
  // The scores of a dense model can outgrow any memory: stop, with an error, long before.
  bool too_large() {
    constexpr size_t most_terms = 3'000'000;
    if (variables_.terms() <= most_terms) return false;
    if (!said_too_large_)
      diagnostics_.push_back(diagnose(Code::input_too_large, "the scores of all links of this model come to more than 3,000,000 terms; run it without Loops That Matter, or split its longest equations"));
    said_too_large_ = true;
    return true;
  }

  uint32_t macro_of(NodeId n) const { return program_.variables[plan_.nodes[n].variable].macro; }
  bool is_output(NodeId n) const {
    uint32_t m = macro_of(n);
    return m != none_id && program_.macros[m].output == plan_.nodes[n].variable;
  }

  // ---- macros: interiors become composite links from inputs to the output

  void collapse_macros() {
    uint32_t simple = uint32_t(plan_.edges.size());
    std::vector<std::vector<uint32_t>> out(plan_.nodes.size());
    std::vector<std::vector<NodeId>> inputs(program_.macros.size());
    for (uint32_t e = 0; e < simple; e++) {
      const Edge& edge = plan_.edges[e];
      uint32_t from = macro_of(edge.from), to = macro_of(edge.to);
      if (to == none_id && (from == none_id || is_output(edge.from))) plan_.graph.push_back(e);
      if (to == none_id) continue;
      out[edge.from].push_back(e);
      if (from != to) inputs[to].push_back(edge.from);
    }
    for (uint32_t m = 0; m < program_.macros.size(); m++) {
      // Inputs in order of first use, those of one variable together.
      std::stable_sort(inputs[m].begin(), inputs[m].end());
      inputs[m].erase(std::unique(inputs[m].begin(), inputs[m].end()), inputs[m].end());
      for (size_t begin = 0; begin < inputs[m].size();) {
        size_t end = begin + 1;
        while (end < inputs[m].size() && plan_.nodes[inputs[m][end]].variable == plan_.nodes[inputs[m][begin]].variable) end++;
        if (too_large()) return;
        composites(m, {inputs[m].begin() + long(begin), inputs[m].begin() + long(end)}, out);
        begin = end;
      }
    }
  }

  struct Composite {
    NodeId from, to;
    ScoreVariables::Paths paths;
  };

  // From the elements of one input to those of the output. Those that go through the same links share a score variable.
  void composites(uint32_t macro, const std::vector<NodeId>& inputs, const std::vector<std::vector<uint32_t>>& out) {
    std::map<std::pair<VariableId, Polarity>, std::vector<Composite>> groups;
    for (NodeId input : inputs)
      for (Composite& c : paths_inside(macro, input, out)) {
        VariableId to = plan_.nodes[c.to].variable;
        groups[{to, polarity_of(c)}].push_back(std::move(c));
      }
    for (auto& [key, members] : groups) {
      std::stable_sort(members.begin(), members.end(), [](const Composite& a, const Composite& b) { return a.to < b.to; });
      // An element of the output may be reached from several of the input: they cannot go by that element alone.
      bool apart = std::adjacent_find(members.begin(), members.end(), [](const Composite& a, const Composite& b) { return a.to == b.to; }) == members.end();
      if (apart) composite(members, key.second);
      else
        for (const Composite& c : members) composite({c}, key.second);
    }
  }

  static Polarity agree(Polarity a, Polarity b) { return a == Polarity::None || a == b ? b : Polarity::Unknown; }
  Polarity polarity_of(const Composite& c) const {
    Polarity polarity = Polarity::None;
    for (const auto& path : c.paths) {
      Polarity sign = Polarity::Positive;
      for (uint32_t e : path) sign = sign * plan_.edges[e].polarity;
      polarity = agree(polarity, sign);
    }
    return polarity;
  }

  // The simple paths from an input to each element of the output that it reaches.
  std::vector<Composite> paths_inside(uint32_t macro, NodeId input, const std::vector<std::vector<uint32_t>>& out) {
    std::vector<Composite> found;
    struct Frame {
      NodeId node;
      uint32_t next;
    };
    std::vector<Frame> stack{{input, 0}};
    std::vector<uint32_t> path;
    if (on_path_.empty()) on_path_.assign(plan_.nodes.size(), false);
    on_path_[input] = true;
    uint32_t paths = 0;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      bool arrived = stack.size() > 1 && plan_.nodes[frame.node].variable == program_.macros[macro].output;
      if (arrived) {
        auto known = std::find_if(found.begin(), found.end(), [&](const Composite& c) { return c.to == frame.node; });
        if (known == found.end()) known = found.insert(found.end(), {input, frame.node, {}});
        known->paths.push_back(path);
        paths++;
      }
      if (arrived || paths >= max_macro_paths || frame.next >= out[frame.node].size()) {
        on_path_[frame.node] = false;
        stack.pop_back();
        if (!path.empty()) path.pop_back();
        continue;
      }
      uint32_t edge = out[frame.node][frame.next++];
      NodeId to = plan_.edges[edge].to;
      if (macro_of(to) != macro || on_path_[to]) continue;
      on_path_[to] = true;
      path.push_back(edge);
      stack.push_back({to, 0});
    }
    return found;
  }

  // At each time, the path score of largest magnitude among the simple paths inside.
  void composite(const std::vector<Composite>& all, Polarity polarity) {
    Link link{plan_.nodes[all[0].from].variable, plan_.nodes[all[0].to].variable, LinkKind::Composite, polarity};
    std::string from = program_.variables[link.from].id, to = program_.variables[link.to].id;
    if (all.size() == 1) {
      from = node_name(program_, plan_.nodes[all[0].from]);
      to = node_name(program_, plan_.nodes[all[0].to]);
    }
    std::vector<ScoreVariables::Paths> instances;
    std::vector<uint32_t> dimensions;
    std::vector<std::vector<uint32_t>> elements;
    if (all.size() > 1) dimensions = program_.variables[link.to].dimensions;
    std::vector<uint32_t> extents = extents_of(program_, link.to), strides = strides_of(program_, link.to);
    for (const Composite& c : all) {
      std::vector<uint32_t> element;
      for (size_t i = 0; i < extents.size(); i++) element.push_back(plan_.nodes[c.to].element / strides[i] % extents[i]);
      elements.push_back(std::move(element));
      plan_.graph.push_back(uint32_t(plan_.edges.size()));
      plan_.edges.push_back({c.from, c.to, uint32_t(plan_.links.size()), uint32_t(instances.size()), polarity});
      instances.push_back(c.paths);
    }
    link.score = variables_.products("link_score\u205A" + from + "\u2192" + to, instances, dimensions, elements);
    plan_.links.push_back(link);
  }

  // ---- loops

  void find_loops() {
    std::vector<std::vector<GraphEdge>> out(plan_.nodes.size());
    Adjacency all(plan_.nodes.size());
    for (uint32_t e : plan_.graph) {
      out[plan_.edges[e].from].push_back({e, plan_.edges[e].to});
      all[plan_.edges[e].from].push_back(plan_.edges[e].to);
    }
    plan_.component = strongly_connected_components(all).of;
    if (!find_pinned_loops()) return;
    bool listed = options_.mode != "discovery" && enumerate(out);
    if (!listed) {
      if (options_.mode == "discovery") plan_.note = "as asked for";
      if (options_.mode == "exhaustive") {
        Diagnostic d = diagnose(Code::too_many_loops, plan_.note + ": links are scored, loops are not listed; use discovery mode");
        d.severity = Severity::Warning;
        diagnostics_.push_back(d);
      } else {
        plan_.mode = "discovery";
      }
      list_pinned();
    }
    pin();
    score_loops();
  }

  // All loops, unless there are too many.
  bool enumerate(const std::vector<std::vector<GraphEdge>>& out) {
    uint32_t limit = options_.mode == "exhaustive" ? most_loops_when_asked : most_loops, largest = 1;
    for (const Node& n : plan_.nodes) largest = std::max(largest, program_.variables[n.variable].elements);
    uint32_t circuits_limit = uint32_t(std::min<uint64_t>(uint64_t(limit) * largest, std::max(most_circuits, limit)));
    Circuits circuits = elementary_circuits(out, {circuits_limit, most_edges, most_visits});
    if (circuits.complete) {
      plan_.loops = make_loops(program_, plan_, std::move(circuits.loops));
      plan_.note = "all " + std::to_string(plan_.loops.size()) + " loops of the causal graph";
      if (plan_.loops.size() <= limit) return true;
    }
    plan_.note = circuits.complete || largest == 1 ? "the causal graph has more than " + std::to_string(limit) + " loops" : "the causal graph has too many circuits to enumerate";
    return false;
  }

  // The circuits of each loop that the user named. False, with an error, where there is none.
  bool find_pinned_loops() {
    for (const auto& names : options_.pinned) {
      pinned_.push_back(find_pinned(program_, plan_, names, diagnostics_));
      if (pinned_.back().empty()) return false;
    }
    return true;
  }
  // Which of the loops they are, in the order asked for.
  void pin() {
    for (const CircuitList& circuits : pinned_)
      for (const Loop& wanted : make_loops(program_, plan_, circuits))
        for (uint32_t i = 0; i < plan_.loops.size(); i++) {
          const auto& slots = plan_.loops[i].slots;
          bool same = std::any_of(slots.begin(), slots.end(), [&](const LoopSlot& s) { return s.edges == wanted.slots[0].edges; });
          if (same && std::find(plan_.pinned.begin(), plan_.pinned.end(), i) == plan_.pinned.end()) plan_.pinned.push_back(i);
        }
  }
  // Before a run in discovery mode only the loops that the user named are known.
  void list_pinned() {
    CircuitList circuits;
    for (const CircuitList& list : pinned_)
      for (const auto& circuit : list) circuits.push_back(from_least(circuit));
    std::sort(circuits.begin(), circuits.end());
    circuits.erase(std::unique(circuits.begin(), circuits.end()), circuits.end());
    plan_.loops = make_loops(program_, plan_, std::move(circuits));
  }

  void score_loops() {
    plan_.partitions = assign_partitions(program_, plan_, plan_.loops);
    for (Loop& loop : plan_.loops) {
      std::vector<ScoreVariables::Paths> instances;
      std::vector<std::vector<uint32_t>> elements;
      for (const LoopSlot& slot : loop.slots) {
        instances.push_back({slot.edges});
        elements.push_back(slot.element);
      }
      loop.score = variables_.products("loop_score\u205A" + loop.id, instances, loop.dimensions, elements);
    }
  }

  Program& program_;
  const LtmOptions& options_;
  std::vector<Diagnostic>& diagnostics_;
  LtmPlan plan_;
  std::vector<CausalRead> reads_;
  ScoreVariables variables_;
  std::vector<bool> on_path_;
  std::vector<CircuitList> pinned_;  // circuits of each loop that the user named
  bool said_too_large_ = false;
};

}  // namespace

LtmPlan instrument(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics) {
  hoist_aggregates(program);
  return Instrumenter(program, options, diagnostics).run();
}

std::string dump_ltm(const Program& program, const LtmPlan& plan) {
  constexpr const char* kinds[] = {"", " (flow)", " (lag)", " (composite)"};
  std::string out = "mode " + plan.mode + ": " + plan.note + "\n";
  auto name = [&](NodeId n) { return node_name(program, plan.nodes[n]); };
  for (const Edge& edge : plan.edges)
    out += "link " + name(edge.from) + " -> " + name(edge.to) + " " + polarity_name(edge.polarity) + kinds[int(plan.links[edge.link].kind)] + "\n";
  for (size_t i = 0; i < plan.partitions.size(); i++) {
    out += "partition " + std::to_string(i) + ":";
    for (NodeId s : plan.partitions[i].stocks) out += " " + name(s);
    out += "\n";
  }
  for (const Loop& loop : plan.loops)
    for (const LoopSlot& slot : loop.slots) {
      out += "loop " + slot_name(program, loop, slot) + " partition " + std::to_string(slot.partition) + ":";
      for (NodeId n : slot.path) out += " " + name(n) + " ->";
      out += " " + name(slot.path[0]) + "\n";
    }
  for (const Equation& e : program.scores) out += program.variables[e.target].id + " = " + print_expr(program, e.expr) + "\n";
  return out;
}

}  // namespace loopscope
