#include "ltm/causal_graph.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "ir/axes.h"

namespace loopscope {

Polarity operator*(Polarity a, Polarity b) {
  if (a == Polarity::None || b == Polarity::None) return Polarity::None;
  return Polarity(int8_t(a) * int8_t(b));
}

const char* polarity_name(Polarity p) {
  return p == Polarity::Positive ? "positive" : p == Polarity::Negative ? "negative" : "unknown";
}

std::string node_name(const Program& program, const Node& node) {
  return program.variables[node.variable].id + element_label(program, node.variable, node.element);
}

namespace {

constexpr uint64_t most_edges = 2'000'000;

class GraphBuilder {
 public:
  GraphBuilder(Program& program, LtmPlan& plan) : program_(program), plan_(plan), polarity_(program) {}

  std::vector<CausalRead> run() {
    nodes();
    lag_source_.assign(program_.variables.size(), none_id);
    for (const Lag& lag : program_.lags) lag_source_[lag.variable] = lag.source;
    for (uint32_t i = 0; i < program_.dynamics.size(); i++) {
      if (lag_source_[program_.dynamics[i].target] != none_id) lag(i);
      else equation(i);
    }
    for (uint32_t i = 0; i < program_.stocks.size(); i++) stock(i);
    return std::move(reads_);
  }
  bool too_large() const { return too_large_; }

 private:
  bool can_change(VariableId v) const {
    const ProgramVariable& variable = program_.variables[v];
    return v != 0 && variable.place == Place::Row && variable.role != Role::Score;
  }

  // Of an element's own equation, in order of evaluation.
  bool cannot_change(ExprId root) {
    bool still = true;
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
      const Expr& e = program_.expr(id);
      if (e.op == Op::StepIndex || e.op == Op::FirstStep || e.op == Op::DelayRead) still = false;
      if (e.op == Op::Load && program_.variables[program_.load_of(id).variable].place == Place::Row) still &= reads_still(program_, plan_, program_.load_of(id));
    });
    return still;
  }

  void nodes() {
    plan_.first_node.assign(program_.variables.size(), none_id);
    for (VariableId v = 0; v < program_.variables.size(); v++) {
      if (!can_change(v)) continue;
      plan_.first_node[v] = NodeId(plan_.nodes.size());
      for (uint32_t k = 0; k < program_.variables[v].elements; k++) plan_.nodes.push_back({v, k});
    }
    plan_.still.assign(plan_.nodes.size(), false);
    for (const Equation& e : program_.dynamics)
      if (e.extents.empty() && program_.variables[e.target].elements > 1 && cannot_change(e.expr))
        plan_.still[plan_.first_node[e.target] + element_at(program_, e.target_index, strides_of(program_, e.target), {})] = true;
    plan_.stock.assign(plan_.nodes.size(), false);
    for (const StockInfo& s : program_.stocks)
      if (plan_.first_node[s.variable] != none_id)
        for (uint32_t k = 0; k < program_.variables[s.variable].elements; k++) plan_.stock[plan_.first_node[s.variable] + k] = true;
  }

  struct Loops {
    uint32_t first;
    const std::vector<uint32_t>* extents;
  };

  // Every way in which an equation reads variables that can change, in order of first read.
  void equation(uint32_t number) {
    const Equation& e = program_.dynamics[number];
    found_.clear();
    found_of_.clear();
    loops_.clear();
    collect(e, e.expr, ++stamp_);
    for (CausalRead& read : found_) {
      read.equation = number;
      VariableId from = program_.load_of(read.loads[0]).variable;
      Polarity polarity = polarity_.of(e.expr, read.loads);
      size_t first = plan_.edges.size();
      add({from, e.target, LinkKind::Instant, polarity}, std::move(read));
      if (polarity == Polarity::Unknown && !e.extents.empty() && knows_element(e.expr)) polarity_of_elements(e, first);
    }
  }

  bool knows_element(ExprId root) {
    bool found = false;
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) { found |= program_.expr(id).op == Op::AxisIndex; });
    return found;
  }
  // Of an equation that says something else for each element: (3 - team) * x.
  void polarity_of_elements(const Equation& e, size_t first) {
    if (first == plan_.edges.size()) return;
    const CausalRead& read = reads_.back();
    std::vector<uint32_t> strides = score_strides(read), known_at;
    Polarity polarity = Polarity::Unknown;
    for (size_t i = first; i < plan_.edges.size(); i++) {
      std::vector<uint32_t> at;
      for (uint32_t a = 0; a < read.own_axes; a++) at.push_back(plan_.edges[i].element / strides[a] % read.extents[a]);
      if (at != known_at) {
        polarity = polarity_.of(e.expr, read.loads, at);
        known_at = at;
      }
      plan_.edges[i].polarity = polarity;
    }
  }

  // A subscript that is arithmetic on one loop of the equation: its elements as a table.
  bool tabulated(const Equation& e, ExprId subscript, uint32_t size, IndexMap& index, CausalRead& read) {
    uint32_t axis = none_id;
    bool plain = true;
    for_each_node(program_, subscript, tabulated_marks_, ++tabulated_stamp_, [&](ExprId id) {
      const Expr& node = program_.expr(id);
      if (node.op == Op::AxisIndex && (axis == none_id || axis == node.payload)) axis = node.payload;
      else plain &= node.op != Op::AxisIndex && node.op != Op::Load && node.op != Op::Reduce;
    });
    if (!plain || axis >= e.extents.size()) return false;
    std::vector<uint32_t> at(e.extents.size(), 0), table;
    CausalRead::Outside outside{axis, {}};
    for (at[axis] = 0; at[axis] < e.extents[axis]; at[axis]++) {
      auto number = known_number(program_, subscript, at);
      if (!number) return false;
      double k = std::floor(*number);
      bool inside = k >= 1 && k <= size;
      outside.at.push_back(!inside);
      table.push_back(inside ? uint32_t(k) - 1 : 0);
    }
    index = {IndexMap::Mapped, axis, 0, uint32_t(program_.index_tables.size())};
    auto known = std::find(program_.index_tables.begin(), program_.index_tables.end(), table);
    if (known != program_.index_tables.end()) index.table = uint32_t(known - program_.index_tables.begin());
    else program_.index_tables.push_back(std::move(table));
    read.outside.push_back(std::move(outside));
    return true;
  }

  void collect(const Equation& e, ExprId id, uint32_t stamp) {
    if (marks_.size() < program_.exprs.size()) marks_.resize(program_.exprs.size(), 0);
    if (marks_[id] == stamp) return;
    marks_[id] = stamp;
    const Expr& node = program_.expr(id);
    if (node.op == Op::Reduce) {
      const Reduction& r = program_.reductions[node.payload];
      loops_.push_back({r.first_axis, &r.extents});
      collect(e, program_.argument(id, 0), ++stamp_);
      loops_.pop_back();
      return;
    }
    for (uint32_t i = 0; i < node.count; i++) collect(e, program_.argument(id, i), stamp);
    if (node.op != Op::Load) return;
    for (const IndexMap& index : program_.load_of(id).indices)
      if (index.kind == IndexMap::Computed) collect(e, index.expr, stamp);
    note(e, id);
  }

  // The loop of a reducer around the load, as an axis of the link's own.
  uint32_t extra_axis(uint32_t axis, std::vector<uint32_t>& seen, CausalRead& read) const {
    for (uint32_t k = 0; k < seen.size(); k++)
      if (seen[k] == axis) return read.own_axes + k;
    for (size_t l = loops_.size(); l-- > 0;) {
      if (axis < loops_[l].first || axis >= loops_[l].first + loops_[l].extents->size()) continue;
      seen.push_back(axis);
      read.extents.push_back((*loops_[l].extents)[axis - loops_[l].first]);
      break;
    }
    return uint32_t(read.extents.size() - 1);
  }

  void note(const Equation& e, ExprId id) {
    const LoadInfo& load = program_.load_of(id);
    if (!can_change(load.variable)) return;
    CausalRead read;
    read.extents = e.extents;
    read.own_axes = uint32_t(e.extents.size());
    read.to = e.target_index;
    std::vector<uint32_t> seen;
    for (size_t i = 0; i < load.indices.size(); i++) {
      IndexMap index = load.indices[i];
      uint32_t size = extents_of(program_, load.variable)[i];
      if (index.kind == IndexMap::Computed) {
        IndexMap table;
        if (tabulated(e, index.expr, size, table, read)) {
          read.from.push_back(table);
          continue;
        }
        seen.push_back(none_id);
        read.extents.push_back(size);
        index = {IndexMap::Axis, uint32_t(read.extents.size() - 1)};
      } else if (index.kind != IndexMap::Fixed && index.value >= read.own_axes) {
        index.value = extra_axis(index.value, seen, read);
      }
      read.from.push_back(index);
    }
    auto [begin, end] = found_of_.equal_range(load.variable);
    for (auto it = begin; it != end; ++it) {
      CausalRead& known = found_[it->second];
      if (known.from != read.from || known.extents != read.extents) continue;
      known.loads.push_back(id);
      return;
    }
    read.loads.push_back(id);
    found_of_.emplace(load.variable, uint32_t(found_.size()));
    found_.push_back(std::move(read));
  }

  // A variable that is another's past: what its equation reads of it one dt earlier, or records in a buffer.
  void lag(uint32_t number) {
    const Equation& e = program_.dynamics[number];
    VariableId source = lag_source_[e.target];
    if (!can_change(source)) return;
    ExprId found = none_id;
    for_each_node(program_, e.expr, marks_, ++stamp_, [&](ExprId id) {
      const Expr& node = program_.expr(id);
      if (node.op == Op::Load && program_.load_of(id).plane == Plane::Previous && program_.load_of(id).variable == source) found = id;
      if (node.op == Op::DelayRead) {
        ExprId input = program_.delays[node.payload - is_scheduled(program_.delays[node.payload])].input;
        if (program_.expr(input).op == Op::Load) found = input;
      }
    });
    if (found == none_id) return;
    CausalRead read;
    read.equation = number;
    read.extents = e.extents;
    read.own_axes = uint32_t(e.extents.size());
    read.from = program_.load_of(found).indices;
    read.to = e.target_index;
    add({source, e.target, LinkKind::Lag, Polarity::Positive}, std::move(read));
  }

  void stock(uint32_t number) {
    const StockInfo& stock = program_.stocks[number];
    auto loads = flow_loads(program_, stock);
    std::unordered_set<VariableId> inflows(stock.inflows.begin(), stock.inflows.end());
    for (const auto* flows : {&stock.inflows, &stock.outflows})
      for (VariableId flow : *flows) {
        if (!can_change(flow)) continue;
        if (flows == &stock.outflows && inflows.count(flow)) continue;
        auto load = loads.find(flow);
        if (load == loads.end()) continue;
        CausalRead read;
        read.equation = number;
        read.extents = stock.extents;
        read.own_axes = uint32_t(stock.extents.size());
        read.from = program_.load_of(load->second).indices;
        for (uint32_t i = 0; i < stock.extents.size(); i++) read.to.push_back({IndexMap::Axis, i});
        read.loads.push_back(load->second);
        add({flow, stock.variable, LinkKind::Flow, flows == &stock.inflows ? Polarity::Positive : Polarity::Negative}, std::move(read));
      }
  }

  // Neighbours in the source's array are neighbours among the scores.
  static void put_in_order(CausalRead& read) {
    uint32_t axes = uint32_t(read.extents.size());
    std::vector<bool> in_source(axes, false);
    std::vector<uint32_t> source;
    for (const IndexMap& index : read.from)
      if (index.kind != IndexMap::Fixed && axes > read.own_axes && !in_source[index.value]) {
        in_source[index.value] = true;
        source.push_back(index.value);
      }
    for (uint32_t a = 0; a < axes; a++)
      if (!in_source[a]) read.order.push_back(a);
    read.order.insert(read.order.end(), source.begin(), source.end());
  }

  // The link and its edges. An edge that another link has already (x[i] and x[nyc] where i is nyc) stays that one's.
  void add(Link link, CausalRead read) {
    uint32_t number = uint32_t(plan_.links.size());
    bool alone = program_.variables[link.from].elements == 1 && read.extents.empty();
    std::vector<uint32_t> from_strides = strides_of(program_, link.from), to_strides = strides_of(program_, link.to);
    uint64_t points = 1;
    for (uint32_t extent : read.extents) points = std::min<uint64_t>(points * extent, most_edges + 1);
    too_large_ |= plan_.edges.size() + points > most_edges;
    if (too_large_) return;
    put_in_order(read);
    std::vector<uint32_t> strides = score_strides(read);
    // Only links of the same equation can meet.
    if (read.equation != equation_ || link.kind != kind_) seen_.clear();
    equation_ = read.equation;
    kind_ = link.kind;
    size_t before = plan_.edges.size();
    each_point(read.extents, [&](const std::vector<uint32_t>& at) {
      for (const CausalRead::Outside& outside : read.outside)
        if (outside.at[at[outside.axis]]) return;
      uint32_t element = 0;
      for (size_t a = 0; a < at.size(); a++) element += at[a] * strides[a];
      NodeId from = plan_.first_node[link.from] + element_at(program_, read.from, from_strides, at);
      NodeId to = plan_.first_node[link.to] + element_at(program_, read.to, to_strides, at);
      Edge edge{from, to, number, element, link.polarity};
      if (plan_.still[from]) return;
      if (!alone) {
        auto [known, added] = seen_.emplace(uint64_t(from) << 32 | to, uint32_t(plan_.edges.size()));
        if (!added) {
          Polarity& polarity = plan_.edges[known->second].polarity;
          if (polarity != edge.polarity) polarity = Polarity::Unknown;
          return;
        }
      }
      plan_.edges.push_back(edge);
    });
    if (plan_.edges.size() == before) return;
    plan_.links.push_back(link);
    reads_.push_back(std::move(read));
  }

  Program& program_;
  LtmPlan& plan_;
  PolarityFinder polarity_;
  std::vector<CausalRead> reads_, found_;                  // found_: of the equation at hand
  std::unordered_multimap<VariableId, uint32_t> found_of_;
  std::vector<VariableId> lag_source_;
  std::vector<Loops> loops_;
  std::unordered_map<uint64_t, uint32_t> seen_;
  uint32_t equation_ = none_id;
  LinkKind kind_ = LinkKind::Instant;
  bool too_large_ = false;
  std::vector<uint32_t> marks_, tabulated_marks_;
  uint32_t stamp_ = 0, tabulated_stamp_ = 0;
};

}  // namespace

std::vector<uint32_t> score_strides(const CausalRead& read) {
  std::vector<uint32_t> strides(read.extents.size(), 1);
  uint32_t stride = 1;
  for (size_t i = read.order.size(); i-- > 0; stride *= read.extents[read.order[i]]) strides[read.order[i]] = stride;
  return strides;
}

bool reads_still(const Program& program, const LtmPlan& plan, const LoadInfo& load) {
  for (const IndexMap& index : load.indices)
    if (index.kind != IndexMap::Fixed) return false;
  NodeId first = plan.first_node[load.variable];
  return !load.indices.empty() && first != none_id && plan.still[first + element_at(program, load.indices, strides_of(program, load.variable), {})];
}

std::unordered_map<VariableId, ExprId> flow_loads(const Program& program, const StockInfo& stock) {
  std::unordered_map<VariableId, ExprId> loads;
  std::vector<ExprId> pending{stock.net};
  while (!pending.empty()) {
    ExprId id = pending.back();
    pending.pop_back();
    const Expr& e = program.expr(id);
    if (e.op == Op::Load) loads.emplace(program.load_of(id).variable, id);
    for (uint32_t i = 0; i < e.count; i++) pending.push_back(program.argument(id, i));
  }
  return loads;
}

std::vector<CausalRead> build_causal_graph(Program& program, LtmPlan& plan, std::vector<Diagnostic>& diagnostics) {
  GraphBuilder builder(program, plan);
  std::vector<CausalRead> reads = builder.run();
  if (builder.too_large())
    diagnostics.push_back(diagnose(Code::input_too_large, "the elements of this model's arrays have more than 2,000,000 causal links; run it without Loops That Matter, or with smaller dimensions"));
  return reads;
}

}  // namespace loopscope
