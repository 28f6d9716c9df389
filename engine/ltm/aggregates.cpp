#include "ltm/aggregates.h"

#include <algorithm>

#include "ir/axes.h"

namespace loopscope {

SubdimensionTable::SubdimensionTable(Program& program) : program_(program) {
  for (uint32_t d = 0; d < program.dimensions.size(); d++) {
    std::string key = program.dimensions[d].name;
    for (const std::string& element : program.dimensions[d].elements) key += '\n' + element;
    known_.emplace(std::move(key), d);
  }
}

uint32_t SubdimensionTable::named(const std::string& name, std::vector<std::string> elements) {
  std::string key = name;
  for (const std::string& element : elements) key += '\n' + element;
  auto [it, added] = known_.emplace(std::move(key), uint32_t(program_.dimensions.size()));
  if (added) program_.dimensions.push_back({name, std::move(elements)});
  return it->second;
}

uint32_t SubdimensionTable::of(uint32_t dimension, const std::vector<uint32_t>& positions) {
  const ProgramDimension& whole = program_.dimensions[dimension];
  bool all = positions.size() == whole.elements.size();
  for (uint32_t i = 0; i < positions.size() && all; i++) all = positions[i] == i;
  if (all) return dimension;
  std::vector<std::string> elements;
  for (uint32_t p : positions) elements.push_back(whole.elements[p]);
  return named(whole.name, std::move(elements));
}

uint32_t SubdimensionTable::of_loop(const std::vector<uint32_t>& dimensions, const std::vector<IndexMap>& indices, uint32_t axis, uint32_t extent) {
  std::vector<uint32_t> at(axis + 1, 0), positions(extent);
  for (size_t i = 0; i < indices.size(); i++) {
    if ((indices[i].kind != IndexMap::Axis && indices[i].kind != IndexMap::Mapped) || indices[i].value != axis) continue;
    for (uint32_t k = 0; k < extent; k++) {
      at[axis] = k;
      positions[k] = position(program_, indices[i], at);
    }
    return of(dimensions[i], positions);
  }
  std::vector<std::string> numbers;
  for (uint32_t k = 0; k < extent; k++) numbers.push_back(std::to_string(k + 1));
  return named("", std::move(numbers));
}

namespace {

class Hoister {
 public:
  explicit Hoister(Program& program) : program_(program), build_(program), dimensions_(program) {}

  void run() {
    std::vector<uint32_t> order(program_.dynamics.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return program_.variables[program_.dynamics[a].target].id < program_.variables[program_.dynamics[b].target].id;
    });
    for (uint32_t i : order) number(program_.dynamics[i]);
    if (numbers_.empty()) return;
    std::vector<Equation> dynamics;
    for (Equation& e : program_.dynamics) {
      e.expr = hoisted(e, dynamics);
      dynamics.push_back(std::move(e));
    }
    program_.dynamics = std::move(dynamics);
  }

 private:
  // A reducer as a thing of its own: over its free axes, numbered from 0, its own loops behind them.
  struct Reducer {
    ExprId value;
    std::vector<uint32_t> axes;     // of the equation
    std::vector<uint32_t> extents;
  };
  using Key = std::pair<ExprId, std::vector<uint32_t>>;  // value and extents
  struct KeyHash {
    size_t operator()(const Key& key) const {
      size_t hash = key.first;
      for (uint32_t extent : key.second) hash = hash * 1000003 + extent;
      return hash;
    }
  };

  // Axes that a value depends on, and the first of the loops inside it.
  void axes_of(ExprId root, std::vector<bool>& used, uint32_t& first_loop) {
    auto use = [&](uint32_t axis) {
      if (used.size() <= axis) used.resize(axis + 1, false);
      used[axis] = true;
    };
    for_each_node(program_, root, marks_, ++stamp_, [&](ExprId id) {
      const Expr& e = program_.expr(id);
      if (e.op == Op::AxisIndex) use(e.payload);
      if (e.op == Op::Reduce) first_loop = std::min(first_loop, program_.reductions[e.payload].first_axis);
      if (e.op != Op::Load) return;
      for (const IndexMap& index : program_.load_of(id).indices)
        if (index.kind == IndexMap::Axis || index.kind == IndexMap::Mapped) use(index.value);
    });
  }

  // None where the reducer is a part of another's loop, or cannot change in the run.
  bool reducer(const Equation& e, ExprId id, Reducer& out) {
    bool varies = false;
    for_each_node(program_, id, marks_, ++stamp_, [&](ExprId n) {
      varies |= program_.expr(n).op == Op::Load && program_.variables[program_.load_of(n).variable].place == Place::Row;
    });
    if (!varies) return false;
    std::vector<bool> used;
    uint32_t first_loop = none_id;
    axes_of(id, used, first_loop);
    if (first_loop == none_id) return false;
    std::vector<AxisCopier::Target> targets(first_loop, {false, 0});
    out = {};
    for (uint32_t axis = 0; axis < used.size() && axis < first_loop; axis++) {
      if (!used[axis]) continue;
      if (axis >= e.extents.size()) return false;
      targets[axis].value = uint32_t(out.axes.size());
      out.axes.push_back(axis);
      out.extents.push_back(e.extents[axis]);
    }
    out.value = AxisCopier(build_, std::move(targets), int32_t(out.axes.size()) - int32_t(first_loop)).copy(id);
    return true;
  }

  // A reducer is inside a macro only if what it reduces is: one in an argument is outside, as it would be under a name of its own.
  uint32_t macro_of(ExprId value, uint32_t macro) {
    bool inside = false;
    for_each_node(program_, value, marks_, ++stamp_, [&](ExprId id) { inside |= program_.expr(id).op == Op::Load && program_.variables[program_.load_of(id).variable].macro == macro; });
    return inside ? macro : none_id;
  }

  // Calls f on the maximal reducers of an equation, from left to right.
  template <class F>
  void each_reducer(const Equation& e, F&& f) {
    // The input of a macro is hidden structure: a reducer that is given to it is named no more than one inside an equation.
    const ProgramVariable& target = program_.variables[e.target];
    bool argument = target.hidden && target.macro != none_id;
    if (program_.expr(e.expr).op == Op::Aggregate && !(argument && macro_of(e.expr, target.macro) == none_id)) return;
    std::vector<ExprId> pending{e.expr}, found;
    uint32_t stamp = ++stamp_;
    marks_.resize(std::max(marks_.size(), program_.exprs.size()), 0);
    while (!pending.empty()) {
      ExprId id = pending.back();
      pending.pop_back();
      if (marks_[id] == stamp) continue;
      marks_[id] = stamp;
      const Expr& node = program_.expr(id);
      if (node.op == Op::Aggregate) {
        found.push_back(id);
        continue;
      }
      if (node.op == Op::Load)
        for (const IndexMap& index : program_.load_of(id).indices)
          if (index.kind == IndexMap::Computed) pending.push_back(index.expr);
      for (uint32_t i = node.count; i-- > 0;) pending.push_back(program_.argument(id, i));
    }
    for (ExprId id : found) f(id);
  }

  void number(const Equation& e) {
    each_reducer(e, [&](ExprId id) {
      Reducer r;
      if (reducer(e, id, r)) numbers_.emplace(Key{r.value, r.extents}, uint32_t(numbers_.size()));
    });
  }

  // The equation's expression with its reducers read from their variables, whose equations go before it.
  ExprId hoisted(const Equation& e, std::vector<Equation>& before) {
    AxisCopier rest(build_, {}, 0);
    each_reducer(e, [&](ExprId id) {
      Reducer r;
      if (!reducer(e, id, r)) return;
      VariableId variable = variable_of(e, id, r, before);
      std::vector<IndexMap> indices;
      for (uint32_t axis : r.axes) indices.push_back({IndexMap::Axis, axis});
      rest.replace(id, build_.load(variable, Plane::Current, std::move(indices)));
    });
    return rest.copy(e.expr);
  }

  VariableId variable_of(const Equation& e, ExprId id, const Reducer& r, std::vector<Equation>& before) {
    Key key{r.value, r.extents};
    auto known = variables_.find(key);
    if (known != variables_.end()) return known->second;
    ProgramVariable v;
    v.id = "$\u205Altm\u205Aagg\u205A" + std::to_string(numbers_.at(key));
    v.name = program_.aggregates[program_.expr(id).payload];
    v.role = Role::Helper;
    v.hidden = v.aggregate = true;
    v.macro = macro_of(r.value, program_.variables[e.target].macro);
    v.owner = e.target;
    Equation equation{VariableId(program_.variables.size()), r.value, r.extents, {}};
    for (uint32_t i = 0; i < r.axes.size(); i++) {
      v.dimensions.push_back(dimensions_.of_loop(program_.variables[e.target].dimensions, e.target_index, r.axes[i], r.extents[i]));
      v.elements *= r.extents[i];
      equation.target_index.push_back({IndexMap::Axis, i});
    }
    program_.variables.push_back(std::move(v));
    variables_.emplace(std::move(key), equation.target);
    before.push_back(std::move(equation));
    return before.back().target;
  }

  Program& program_;
  ExprBuilder build_;
  SubdimensionTable dimensions_;
  std::unordered_map<Key, uint32_t, KeyHash> numbers_;
  std::unordered_map<Key, VariableId, KeyHash> variables_;
  std::vector<uint32_t> marks_;
  uint32_t stamp_ = 0;
};

}  // namespace

void hoist_aggregates(Program& program) { Hoister(program).run(); }

}  // namespace loopscope
