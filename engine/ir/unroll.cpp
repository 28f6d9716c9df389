#include "ir/unroll.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ir/lowering_support.h"

namespace loopscope {

bool has_arrays(const Program& program) {
  return std::any_of(program.variables.begin(), program.variables.end(), [](const ProgramVariable& v) { return !v.dimensions.empty(); });
}

namespace {

constexpr size_t most_nodes = 20'000'000;

class Unroller {
 public:
  Unroller(const Program& from, std::vector<Diagnostic>& diagnostics) : from_(from), diagnostics_(diagnostics), build_(to_) {}

  Program run() {
    to_.name = from_.name;
    to_.time_units = from_.time_units;
    to_.start = from_.start;
    to_.stop = from_.stop;
    to_.dt = from_.dt;
    to_.method = from_.method;
    to_.hold_inputs = from_.hold_inputs;
    to_.steps = from_.steps;
    to_.save_every = from_.save_every;
    to_.rows = from_.rows;
    to_.dimensions = from_.dimensions;
    to_.tables = from_.tables;
    to_.index_tables = from_.index_tables;
    to_.aggregates = from_.aggregates;
    to_.variables = from_.variables;
    declare();
    number_aggregates();
    for (const Equation& e : from_.invariants) equation(e, to_.invariants, false);
    for (const Equation& e : from_.initials) equation(e, to_.initials, false);
    for (const Equation& e : from_.dynamics) equation(e, to_.dynamics, true);
    for (const StockInfo& s : from_.stocks) stock(s);
    axes_.clear();
    for (const DelayBuffer& d : from_.delays) to_.delays.push_back({d.variable, move(d.input)});
    lags();
    if (to_.exprs.size() > most_nodes)
      diagnostics_.push_back(diagnose(Code::input_too_large, "with its arrays written out for Loops That Matter this model has more than 20,000,000 terms; run it without"));
    return std::move(to_);
  }

 private:
  // Elements of arrays in the row become variables; arrays that cannot change stay as they are. A macro instance over an array is one an element.
  void declare() {
    first_element_.assign(from_.variables.size(), none_id);
    std::vector<uint32_t> first_macro;
    for (const MacroInfo& m : from_.macros) {
      first_macro.push_back(uint32_t(to_.macros.size()));
      for (uint32_t k = 0; k < from_.variables[m.output].elements; k++) to_.macros.push_back({m.name, m.output});
    }
    for (VariableId v = 0; v < from_.variables.size(); v++) {
      uint32_t macro = to_.variables[v].macro;
      uint32_t instances = macro == none_id ? 1 : from_.variables[from_.macros[macro].output].elements;
      if (to_.variables[v].place == Place::Row && !to_.variables[v].dimensions.empty()) {
        first_element_[v] = VariableId(to_.variables.size());
        for (uint32_t k = 0; k < from_.variables[v].elements; k++) {
          ProgramVariable one = from_.variables[v];
          one.id += element_label(v, k);
          one.name += element_label(v, k);
          one.dimensions.clear();
          one.elements = 1;
          one.element_of = v;
          one.element = k;
          if (macro != none_id) one.macro = first_macro[macro] + uint32_t(uint64_t(k) * instances / from_.variables[v].elements);
          to_.variables.push_back(std::move(one));
        }
      } else if (macro != none_id) {
        to_.variables[v].macro = first_macro[macro];
      }
    }
    for (uint32_t m = 0; m < from_.macros.size(); m++) {
      VariableId output = from_.macros[m].output;
      for (uint32_t k = 0; k < from_.variables[output].elements; k++)
        to_.macros[first_macro[m] + k].output = first_element_[output] == none_id ? output : first_element_[output] + k;
    }
  }

  std::string element_label(VariableId v, uint32_t element) const {
    std::string out;
    const auto& dimensions = from_.variables[v].dimensions;
    for (size_t i = dimensions.size(); i-- > 0;) {
      const auto& elements = from_.dimensions[dimensions[i]].elements;
      out = elements[element % elements.size()] + (out.empty() ? "" : ",") + out;
      element /= uint32_t(elements.size());
    }
    return "[" + out + "]";
  }

  // In order of the variables' names: the n of $⁚ltm⁚agg⁚n.
  void number_aggregates() {
    std::vector<const Equation*> equations;
    for (const Equation& e : from_.dynamics) equations.push_back(&e);
    std::stable_sort(equations.begin(), equations.end(),
                     [&](const Equation* a, const Equation* b) { return from_.variables[a->target].id < from_.variables[b->target].id; });
    std::vector<uint32_t> marks;
    for (const Equation* e : equations) {
      if (from_.expr(e->expr).op == Op::Aggregate) continue;
      std::vector<ExprId> pending{e->expr};
      while (!pending.empty()) {
        ExprId id = pending.back();
        pending.pop_back();
        const Expr& node = from_.expr(id);
        if (node.op == Op::Aggregate) {
          aggregate_number_.emplace(id, uint32_t(aggregate_number_.size()));
          continue;
        }
        for (uint32_t i = node.count; i-- > 0;) pending.push_back(from_.argument(id, i));
      }
    }
  }

  void equation(const Equation& e, std::vector<Equation>& out, bool hoist) {
    bool scalar = from_.variables[e.target].dimensions.empty();
    each_point(e.extents, [&] {
      memo_.clear();
      hoist_ = hoist && from_.expr(e.expr).op != Op::Aggregate;
      current_ = &e;
      Equation one{e.target, move(e.expr), {}, {}};
      uint32_t element = 0;
      std::vector<uint32_t> strides = strides_of(from_, e.target);
      for (size_t i = 0; i < e.target_index.size(); i++) {
        uint32_t at = position(e.target_index[i]);
        element += at * strides[i];
        one.target_index.push_back({IndexMap::Fixed, at});
      }
      if (first_element_[e.target] != none_id) {
        one.target = first_element_[e.target] + element;
        one.target_index.clear();
      } else if (scalar) {
        one.target_index.clear();
      }
      for (Equation& before : hoisted_) out.push_back(std::move(before));
      hoisted_.clear();
      out.push_back(std::move(one));
    });
  }

  template <class F>
  void each_point(const std::vector<uint32_t>& extents, F&& f) {
    axes_.assign(extents.size(), 0);
    for (uint32_t extent : extents)
      if (extent == 0) return;
    for (;;) {
      if (to_.exprs.size() <= most_nodes) f();
      size_t i = extents.size();
      while (i > 0 && ++axes_[i - 1] == extents[i - 1]) axes_[--i] = 0;
      if (i == 0) return;
    }
  }

  uint32_t position(const IndexMap& index) const {
    if (index.kind == IndexMap::Fixed) return index.value;
    return index.kind == IndexMap::Axis ? axes_[index.value] + index.offset : from_.index_tables[index.table][axes_[index.value]];
  }

  void stock(const StockInfo& s) {
    each_point(s.extents, [&] {
      memo_.clear();
      hoist_ = false;
      uint32_t element = 0;
      for (size_t i = 0; i < axes_.size(); i++) element = element * s.extents[i] + axes_[i];
      StockInfo one;
      one.variable = first_element_[s.variable] == none_id ? s.variable : first_element_[s.variable] + element;
      one.non_negative = s.non_negative;
      for (VariableId f : s.inflows) one.inflows.push_back(flow_element(s.variable, f));
      for (VariableId f : s.outflows) one.outflows.push_back(flow_element(s.variable, f));
      one.net = move(s.net);
      one.euler = move(s.euler);
      to_.stocks.push_back(std::move(one));
    });
  }

  // The flow's element beside the stock's: by dimension, as the lowering paired them.
  VariableId flow_element(VariableId stock, VariableId flow) const {
    if (first_element_[flow] == none_id) return flow;
    const auto &have = from_.variables[stock].dimensions, &want = from_.variables[flow].dimensions;
    std::vector<bool> used(have.size(), false);
    uint32_t element = 0;
    for (uint32_t d : want)
      for (size_t a = 0; a < have.size(); a++)
        if (!used[a] && have[a] == d) {
          used[a] = true;
          element = element * uint32_t(from_.dimensions[d].elements.size()) + axes_[a];
          break;
        }
    return first_element_[flow] + element;
  }

  // The expression at the current values of the axes.
  ExprId move(ExprId id) {
    auto it = memo_.find(id);
    if (it != memo_.end()) return it->second;
    const Expr& e = from_.expr(id);
    ExprId result;
    if (e.op == Op::Constant) result = build_.constant(e.number);
    else if (e.op == Op::Load) result = load(from_.load_of(id));
    else if (e.op == Op::Accumulator || (e.op == Op::AxisIndex && e.payload == iterating_)) result = build_.node(e.op, {}, e.payload);
    else if (e.op == Op::AxisIndex) result = build_.constant(axes_[e.payload]);
    else if (e.op == Op::Reduce) result = reduce(id);
    else if (e.op == Op::Aggregate && hoist_) result = aggregate(id);
    else {
      std::vector<ExprId> arguments;
      for (uint32_t i = 0; i < e.count; i++) arguments.push_back(move(from_.argument(id, i)));
      result = e.op == Op::Aggregate ? arguments[0] : build_.node(e.op, std::move(arguments), e.payload);
    }
    memo_.emplace(id, result);
    return result;
  }

  ExprId load(const LoadInfo& from) {
    VariableId first = first_element_[from.variable];
    bool computed = std::any_of(from.indices.begin(), from.indices.end(), [](const IndexMap& i) { return i.kind == IndexMap::Computed; });
    if (first == none_id) {  // scalars, and arrays that stay
      LoadInfo load = from;
      for (IndexMap& index : load.indices) index = index.kind == IndexMap::Computed ? IndexMap{IndexMap::Computed, 0, 0, 0, move(index.expr)} : IndexMap{IndexMap::Fixed, position(index)};
      return build_.load(load.variable, load.plane, std::move(load.indices));
    }
    if (!computed) {
      uint32_t element = 0;
      std::vector<uint32_t> strides = strides_of(from_, from.variable);
      for (size_t i = 0; i < from.indices.size(); i++) element += position(from.indices[i]) * strides[i];
      return build_.load(first + element, from.plane);
    }
    return choose(from, 0, 0);
  }

  // A subscript known at run time only: any element that it could be, NaN outside.
  ExprId choose(const LoadInfo& from, size_t axis, uint32_t element) {
    if (axis == from.indices.size()) return build_.load(first_element_[from.variable] + element, from.plane);
    const IndexMap& index = from.indices[axis];
    uint32_t stride = strides_of(from_, from.variable)[axis];
    if (index.kind != IndexMap::Computed) return choose(from, axis + 1, element + position(index) * stride);
    ExprId number = build_.node(Op::Floor, {move(index.expr)});
    ExprId result = build_.constant(std::nan(""));
    uint32_t size = uint32_t(from_.dimensions[from_.variables[from.variable].dimensions[axis]].elements.size());
    for (uint32_t k = size; k-- > 0;)
      result = build_.node(Op::If, {build_.node(Op::Equal, {number, build_.constant(k + 1)}), choose(from, axis + 1, element + k * stride), result});
    return result;
  }

  // From the neutral element on, in the order of the loops: the same bits.
  ExprId reduce(ExprId id) {
    const Reduction& r = from_.reductions[from_.expr(id).payload];
    if (r.op == ReduceOp::Iterate) return iterate(id, r);
    constexpr uint64_t most_terms = 500;  // a written-out sum is a tree as deep as it is long
    uint64_t terms = 1;
    for (uint32_t extent : r.extents) terms *= extent;
    if (terms > most_terms) {
      if (!said_too_long_)
        diagnostics_.push_back(diagnose(Code::input_too_large, "a reducer over " + std::to_string(terms) + " elements is more than Loops That Matter writes out yet (500); run the model without"));
      said_too_long_ = true;
      return build_.constant(0);
    }
    constexpr Op ops[] = {Op::Add, Op::Multiply, Op::Minimum, Op::Maximum};
    ExprId result = build_.constant(reduce_neutral[int(r.op)]);
    for (uint32_t extent : r.extents)
      if (extent == 0) return result;
    size_t outer = axes_.size();
    if (axes_.size() < r.first_axis + r.extents.size()) axes_.resize(r.first_axis + r.extents.size(), 0);
    std::fill(axes_.begin() + r.first_axis, axes_.begin() + r.first_axis + long(r.extents.size()), 0);
    auto saved = std::move(memo_);
    for (;;) {
      memo_.clear();
      result = build_.node(ops[int(r.op)], {result, move(from_.argument(id, 0))});
      size_t i = r.extents.size();
      while (i > 0 && ++axes_[r.first_axis + i - 1] == r.extents[i - 1]) axes_[r.first_axis + --i] = 0;
      if (i == 0 || to_.exprs.size() > most_nodes) break;
    }
    memo_ = std::move(saved);
    axes_.resize(outer);
    return result;
  }

  // A search stays the loop that it is.
  ExprId iterate(ExprId id, const Reduction& r) {
    uint32_t outer = std::exchange(iterating_, r.first_axis);
    auto saved = std::exchange(memo_, {});
    ExprId body = move(from_.argument(id, 0));
    memo_ = std::move(saved);
    iterating_ = outer;
    return build_.reduce(r.op, r.first_axis, r.extents, body);
  }

  // A reducer inside a larger equation is a variable of its own; equal ones are the same.
  ExprId aggregate(ExprId id) {
    hoist_ = false;
    ExprId value = move(from_.argument(id, 0));
    hoist_ = true;
    bool varies = false;
    for_each_node(to_, value, marks_, ++stamp_, [&](ExprId n) {
      varies |= to_.expr(n).op == Op::Load && to_.variables[to_.load_of(n).variable].place == Place::Row && to_.load_of(n).variable != 0;
    });
    if (!varies) return value;
    auto known = aggregate_of_.find(value);
    if (known != aggregate_of_.end()) return build_.load(known->second);
    ProgramVariable v;
    v.id = "$\u205Altm\u205Aagg\u205A" + std::to_string(aggregate_number_.at(id)) + slot_label(id);
    v.name = from_.aggregates[from_.expr(id).payload];
    v.role = Role::Helper;
    v.hidden = true;
    to_.variables.push_back(std::move(v));
    VariableId variable = VariableId(to_.variables.size() - 1);
    aggregate_of_.emplace(value, variable);
    hoisted_.push_back({variable, value, {}, {}});
    return build_.load(variable);
  }

  // The elements of the dimensions that the reducer is free in.
  std::string slot_label(ExprId id) const {
    std::string out;
    const Equation& e = *current_;
    for (uint32_t axis = 0; axis < e.extents.size(); axis++) {
      if (!depends_on_axis(id, axis)) continue;
      for (size_t i = 0; i < e.target_index.size(); i++) {
        const IndexMap& index = e.target_index[i];
        if ((index.kind != IndexMap::Axis && index.kind != IndexMap::Mapped) || index.value != axis) continue;
        out += (out.empty() ? "" : ",") + from_.dimensions[from_.variables[e.target].dimensions[i]].elements[position(index)];
      }
    }
    return out.empty() ? "" : "[" + out + "]";
  }
  bool depends_on_axis(ExprId root, uint32_t axis) const {
    bool found = false;
    std::vector<uint32_t> marks;
    for_each_node(from_, root, marks, 1, [&](ExprId id) {
      const Expr& e = from_.expr(id);
      found |= e.op == Op::AxisIndex && e.payload == axis;
      if (e.op == Op::Load)
        for (const IndexMap& index : from_.load_of(id).indices)
          found |= (index.kind == IndexMap::Axis || index.kind == IndexMap::Mapped) && index.value == axis;
    });
    return found;
  }

  // PREVIOUS and DELAY element by element: the source is what the equation reads from the past, or records.
  void lags() {
    std::vector<bool> lag(from_.variables.size(), false);
    for (const Lag& l : from_.lags) lag[l.variable] = true;
    for (const Equation& e : to_.dynamics) {
      const ProgramVariable& v = to_.variables[e.target];
      if (!lag_variable(lag, e.target, v)) continue;
      VariableId source = none_id;
      for_each_node(to_, e.expr, marks_, ++stamp_, [&](ExprId id) {
        const Expr& node = to_.expr(id);
        if (node.op == Op::Load && to_.load_of(id).plane == Plane::Previous) source = to_.load_of(id).variable;
        if (node.op == Op::DelayRead && to_.expr(to_.delays[node.payload].input).op == Op::Load) source = to_.load_of(to_.delays[node.payload].input).variable;
      });
      if (source != none_id) to_.lags.push_back({e.target, source});
    }
  }
  static bool lag_variable(const std::vector<bool>& lag, VariableId target, const ProgramVariable& v) {
    VariableId original = v.element_of == none_id ? target : v.element_of;
    return original < lag.size() && lag[original];
  }

  const Program& from_;
  std::vector<Diagnostic>& diagnostics_;
  Program to_;
  ExprBuilder build_;
  std::vector<VariableId> first_element_;  // of an unrolled array, else none_id
  std::vector<uint32_t> axes_;
  std::unordered_map<ExprId, ExprId> memo_;
  std::unordered_map<ExprId, uint32_t> aggregate_number_;
  std::unordered_map<ExprId, VariableId> aggregate_of_;
  std::vector<Equation> hoisted_;
  const Equation* current_ = nullptr;
  bool hoist_ = false, said_too_long_ = false;
  uint32_t iterating_ = none_id;  // the loop axis of the search that is being moved
  std::vector<uint32_t> marks_;
  uint32_t stamp_ = 0;
};

}  // namespace

Program unroll(const Program& program, std::vector<Diagnostic>& diagnostics) { return Unroller(program, diagnostics).run(); }

}  // namespace loopscope
