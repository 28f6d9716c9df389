#include "semantics/expression_lowering.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "ls_runtime.h"

namespace loopscope {

ExprId ExpressionLowering::lower(const Ast& ast, AstId node, uint32_t variable, std::vector<LoweringAxis> axes, Report report) {
  variable_ = variable;
  axes_ = std::move(axes);
  reducers_.clear();
  next_axis_ = uint32_t(axes_.size());
  report_ = std::move(report);
  return visit(ast, node);
}

ExprId ExpressionLowering::error(const Ast& ast, AstId node, Code code, std::string message) {
  // A part that is lowered several times is wrong once.
  if (std::exchange(last_error_, {variable_, ast.nodes[node].offset, message}) != Said{variable_, ast.nodes[node].offset, message})
    report_(code, ast.nodes[node].offset, ast.nodes[node].length, std::move(message));
  return build.constant(std::nan(""));
}

ExprId ExpressionLowering::visit(const Ast& ast, AstId node) {
  const AstNode& n = ast.nodes[node];
  switch (n.kind) {
    case AstKind::Number: return build.constant(n.number);
    case AstKind::Name: return reference(ast, node, Plane::Current);
    case AstKind::If:
      return build.node(Op::If, {visit(ast, ast.child(node, 0)), visit(ast, ast.child(node, 1)), visit(ast, ast.child(node, 2))});
    case AstKind::Operator: return operation(ast, node);
    case AstKind::Call: return call(ast, node);
    default: return error(ast, node, Code::wrong_subscripts, "a part of an array stands where one number is wanted");
  }
}

ExprId ExpressionLowering::safe_divide(ExprId a, ExprId b, ExprId otherwise) {
  return build.node(Op::If, {build.node(Op::Equal, {b, build.constant(0)}), otherwise, build.node(Op::Divide, {a, b})});
}

// x^2 is x*x to the last bit (libm's pow is exact there), and much cheaper.
ExprId ExpressionLowering::power(ExprId a, ExprId b) {
  if (build.is_constant(b, 2)) return build.multiply(a, a);
  if (build.is_constant(b, 1)) return a;
  return build.node(Op::Power, {a, b});
}

ExprId ExpressionLowering::operation(const Ast& ast, AstId node) {
  const AstNode& n = ast.nodes[node];
  ExprId a = visit(ast, ast.child(node, 0));
  if (n.count == 1) return build.node(n.op == AstOp::Not ? Op::Not : Op::Negate, {a});
  ExprId b = visit(ast, ast.child(node, 1));
  switch (n.op) {
    case AstOp::Or: return build.node(Op::Or, {a, b});
    case AstOp::And: return build.node(Op::And, {a, b});
    case AstOp::Equal: return build.node(Op::Equal, {a, b});
    case AstOp::NotEqual: return build.node(Op::NotEqual, {a, b});
    case AstOp::Less: return build.node(Op::Less, {a, b});
    case AstOp::LessEqual: return build.node(Op::LessEqual, {a, b});
    case AstOp::Greater: return build.node(Op::Greater, {a, b});
    case AstOp::GreaterEqual: return build.node(Op::GreaterEqual, {a, b});
    case AstOp::Add: return build.add(a, b);
    case AstOp::Subtract: return build.subtract(a, b);
    case AstOp::Multiply: return build.multiply(a, b);
    case AstOp::Divide: return build.node(Op::Divide, {a, b});
    case AstOp::SafeDivide: return safe_divide(a, b, build.constant(0));
    case AstOp::Modulo: return build.node(as_made(*find_builtin("mod")), {a, b});
    case AstOp::Power: return power(a, b);
    default: return build.constant(std::nan(""));
  }
}

ExprId ExpressionLowering::call(const Ast& ast, AstId node) {
  const Builtin& builtin = *find_builtin(ast.name_of(node));
  switch (builtin.kind) {
    case BuiltinKind::Value: return value(builtin.value());
    case BuiltinKind::Operation: return builtin_operation(ast, node, builtin);
    case BuiltinKind::Fold: return fold(ast, node, builtin.op());
    case BuiltinKind::Reducer: return reduce(ast, node, builtin.reducer());
    case BuiltinKind::Table: return table_call(ast, node, builtin);
    case BuiltinKind::Special: return special(ast, node, builtin.special());
    default: return build.constant(std::nan(""));
  }
}

ExprId ExpressionLowering::value(BuiltinValue v) {
  switch (v) {
    case BuiltinValue::Time: return build.load(0);
    case BuiltinValue::Dt: return build.constant(system_.specs.dt);
    case BuiltinValue::StartTime: return build.constant(system_.specs.start);
    case BuiltinValue::StopTime: return system_.final_time == none_id ? build.constant(system_.specs.stop) : build.load(program_id_[system_.final_time]);
    case BuiltinValue::SaveInterval: return build.constant(system_.specs.save_interval.value_or(system_.specs.dt));
    case BuiltinValue::Pi: return build.constant(3.14159265358979323846);
    case BuiltinValue::Infinite: return build.constant(HUGE_VAL);
    default: return build.constant(std::nan(""));
  }
}

std::optional<double> ExpressionLowering::constant_of(const Ast& ast, AstId node) const {
  auto known = ast.nodes[node].kind == AstKind::Name ? system_.index.find(ast.name_of(node)) : system_.index.end();
  if (known == system_.index.end() || system_.variables[known->second].definitions.size() != 1) return literal_number(ast, node);
  const Ast& tree = system_.variables[known->second].definitions[0].equation;
  return tree.empty() ? std::nullopt : literal_number(tree, tree.root);
}

ExprId ExpressionLowering::fallback(std::string_view word) {
  if (word == "inf") return build.constant(HUGE_VAL);
  if (word == "-inf") return build.constant(-HUGE_VAL);
  if (word == "start") return build.constant(system_.specs.start);
  if (word == "stop") return value(BuiltinValue::StopTime);
  return build.constant(double(atoi(std::string(word).c_str())));
}

// INT and MOD round down in Stella and towards zero in Vensim.
Op ExpressionLowering::as_made(const Builtin& builtin) const {
  if (system_.vensim_made && builtin.name() == "int") return Op::Truncate;
  if (system_.vensim_made && builtin.op() == Op::Modulo) return Op::Remainder;
  return builtin.op();
}

// The form of builtins.def: where each argument of the operation comes from.
std::vector<ExprId> ExpressionLowering::arguments_of(const Ast& ast, AstId node, const Builtin& builtin) {
  const AstNode& n = ast.nodes[node];
  std::vector<ExprId> arguments;
  std::string_view form = builtin.form;
  while (!form.empty()) {
    std::string_view word = form.substr(0, form.find(' '));
    form = word.size() < form.size() ? form.substr(word.size() + 1) : std::string_view();
    if (word == "T") {
      arguments.push_back(build.load(0));
    } else if (word == "D") {
      arguments.push_back(build.constant(system_.specs.dt));
    } else if (word == "R") {
      // A stream of its own for each element.
      ExprId stream = build.constant(system_.variables[variable_].stream);
      uint32_t stride = 1;
      for (size_t i = axes_.size(); i-- > 0; stride *= axes_[i].extent)
        stream = build.add(stream, build.multiply(build.subtract(axis_value(axes_[i]), build.constant(1)), build.constant(stride)));
      arguments.push_back(stream);
      arguments.push_back(build.node(Op::StepIndex, {}));
    } else if (word[0] == '=') {
      arguments.push_back(fallback(word.substr(1)));
    } else {
      uint32_t number = uint32_t(word[0] - '0');
      arguments.push_back(number < n.count ? visit(ast, ast.child(node, number)) : fallback(word.substr(2)));
    }
  }
  return arguments;
}

ExprId ExpressionLowering::builtin_operation(const Ast& ast, AstId node, const Builtin& builtin) {
  std::vector<ExprId> arguments = arguments_of(ast, node, builtin);
  if (builtin.op() == Op::Power) return power(arguments[0], arguments[1]);
  // Vensim compares with the middle of the step, https://vensim.com/documentation/fn_step.html
  if (builtin.op() == Op::Step && system_.vensim_made) {
    ExprId middle = build.add(build.load(0), build.constant(system_.specs.dt / 2));
    return build.node(Op::If, {build.node(Op::Greater, {middle, arguments[1]}), arguments[0], build.constant(0)});
  }
  return build.node(as_made(builtin), arguments);
}

static int data_code(DataRule rule) { return rule == DataRule::LookForward ? LS_DATA_NEXT : rule == DataRule::HoldBackward ? LS_DATA_LAST : LS_DATA_RAW; }

ExprId ExpressionLowering::look_up(ExprId x, uint32_t table, DataRule rule) {
  if (rule == DataRule::Interpolate) return build.node(Op::Lookup, {x}, table);
  return build.node(Op::DataAt, {x, build.constant(data_code(rule))}, table);
}

// A look-up; of an arrayed graphical function in the element's, which is often known since such equations are unrolled.
ExprId ExpressionLowering::table_call(const Ast& ast, AstId node, const Builtin& builtin) {
  const AstNode& n = ast.nodes[node];
  AstId name = ast.child(node, 0);
  const EquationVariable& v = system_.variables[system_.index.at(ast.name_of(name))];
  std::vector<ExprId> arguments = arguments_of(ast, node, builtin);
  if (!*builtin.form)
    for (uint32_t i = 1; i < n.count; i++) arguments.push_back(visit(ast, ast.child(node, i)));
  Op op = builtin.op();
  if (builtin.name() == "time_shift") {  // https://vensim.com/documentation/22055.html: the data's value later, by the data's own rule
    arguments[0] = build.add(build.load(0), arguments[0]);
    DataRule rule = v.definitions[0].rule.value_or(DataRule::Interpolate);
    if (rule != DataRule::Interpolate) op = Op::DataAt, arguments.push_back(build.constant(data_code(rule)));
  }
  if (builtin.op() == Op::DataBetween) {
    // Vensim rounds the time down to a step, but where it interpolates.
    ExprId start = build.constant(system_.specs.start), dt = build.constant(system_.specs.dt), mode = arguments[1];
    ExprId steps = build.node(Op::Floor, {build.add(build.node(Op::Divide, {build.subtract(arguments[0], start), dt}), build.constant(1e-6))});
    ExprId rounds = build.node(Op::GreaterEqual, {build.node(Op::Absolute, {mode}), build.constant(1)});
    arguments[0] = build.node(Op::If, {rounds, build.add(start, build.multiply(steps, dt)), arguments[0]});
  }
  std::vector<IndexMap> indices;
  if (v.definitions.size() == 1) return build.node(op, arguments, uint32_t(v.definitions[0].table));
  if (!indices_of(ast, name, v, indices)) return build.constant(std::nan(""));
  constexpr double most_tables = 1000;
  double choices = 1;
  for (size_t i = 0; i < indices.size(); i++)
    if (indices[i].kind != IndexMap::Fixed) choices *= system_.dimensions[v.dimensions[i]].size();
  if (choices > most_tables) return error(ast, name, Code::input_too_large, "one of more than 1,000 graphical functions cannot be chosen as the model runs");
  std::vector<uint32_t> element;
  bool whole = true;
  ExprId result = choose_table(v, indices, element, op, arguments, whole);
  return whole ? result : error(ast, name, Code::not_a_table, v.id + " has no graphical function for this element");
}

// none_id for an element without one.
const std::vector<uint32_t>& ExpressionLowering::tables_of(const EquationVariable& v) {
  tables_.resize(system_.variables.size());
  std::vector<uint32_t>& tables = tables_[&v - system_.variables.data()];
  if (!tables.empty()) return tables;
  uint32_t elements = 1;
  for (uint32_t d : v.dimensions) elements *= system_.dimensions[d].size();
  tables.assign(elements, none_id);
  for (const EquationDefinition& d : v.definitions)  // the last that fits has the last word
    if (d.table >= 0)
      for (ElementWalk walk(system_.dimensions, v, d); walk.next();) tables[walk.element] = uint32_t(d.table);
  return tables;
}

// The look-up where the first axes are at `element`, the others chosen by comparison; NaN outside. `whole`: all have a table.
ExprId ExpressionLowering::choose_table(const EquationVariable& v, const std::vector<IndexMap>& indices, std::vector<uint32_t>& element, Op op,
                                        const std::vector<ExprId>& arguments, bool& whole) {
  size_t axis = element.size();
  if (axis == indices.size()) {
    uint32_t at = 0;
    for (size_t i = 0; i < axis; i++) at = at * system_.dimensions[v.dimensions[i]].size() + element[i];
    uint32_t table = tables_of(v)[at];
    if (table != none_id) return build.node(op, arguments, table);
    whole = false;
    return build.constant(std::nan(""));
  }
  const IndexMap& index = indices[axis];
  auto at = [&](uint32_t k) {
    element.push_back(k);
    ExprId result = choose_table(v, indices, element, op, arguments, whole);
    element.pop_back();
    return result;
  };
  if (index.kind == IndexMap::Fixed) return at(index.value);
  ExprId place = index.kind == IndexMap::Computed ? build.node(Op::Floor, {index.expr}) : build.node(Op::AxisIndex, {}, index.value);
  ExprId result = build.constant(std::nan(""));
  const auto* table = index.kind == IndexMap::Mapped ? &result_.program.index_tables[index.table] : nullptr;
  uint32_t count = table ? uint32_t(table->size()) : system_.dimensions[v.dimensions[axis]].size() - index.offset;
  for (uint32_t k = count; k-- > 0;) {
    ExprId here = build.node(Op::Equal, {place, build.constant(index.kind == IndexMap::Computed ? k + 1 : k)});
    result = build.node(Op::If, {here, at(table ? (*table)[k] : k + index.offset), result});
  }
  return result;
}

// MIN and MAX: of one argument all of its elements; of several the least, where an array that nothing runs over counts with all of its elements.
ExprId ExpressionLowering::fold(const Ast& ast, AstId node, Op op) {
  ReduceOp reducer = op == Op::Minimum ? ReduceOp::Minimum : ReduceOp::Maximum;
  ExprId folded = none_id;
  for (uint32_t i = 0; i < ast.nodes[node].count; i++) {
    std::vector<uint32_t> extents;
    uint32_t first;
    AstId argument = ast.child(node, i);
    bool inside = ast.nodes[node].count > 1 && !reducers_.empty();  // whose loops run already
    ExprId value = inside ? visit(ast, argument) : over_free_axes(ast, {argument}, extents, first, [&] { return visit(ast, argument); });
    if (!extents.empty()) value = aggregate(ast, node, build.reduce(reducer, first, extents, value));
    folded = i ? build.node(op, {folded, value}) : value;
  }
  return folded;
}

VariableId ExpressionLowering::add_initial(const std::string& suffix, ExprId value) {
  const EquationVariable& v = system_.variables[variable_];
  ProgramVariable p;
  p.id = v.id + "\u205A" + suffix;
  for (const LoweringAxis& axis : axes_) p.id += "\u205A" + std::to_string(axis.element + 1);
  p.name = p.id;
  p.hidden = true;
  p.owner = program_id_[v.owner == none_id ? variable_ : v.owner];
  p.macro = v.macro;
  p.role = Role::Initial;
  p.place = Place::Fixed;
  result_.program.variables.push_back(std::move(p));
  VariableId id = VariableId(result_.program.variables.size() - 1);
  result_.dynamic.emplace_back();
  result_.initial.push_back({Equation{id, value, {}, {}}});
  return id;
}

ExprId ExpressionLowering::special(const Ast& ast, AstId node, BuiltinSpecial what) {
  const AstNode& n = ast.nodes[node];
  auto argument = [&](uint32_t i) { return visit(ast, ast.child(node, i)); };
  auto variable_of = [&](AstId name) { return program_id_[system_.index.at(ast.name_of(name))]; };
  if (what >= BuiltinSpecial::Allocate)
    for (uint32_t kind = what == BuiltinSpecial::Allocate ? 5 : 3; kind < n.count; kind += 4)
      if (!has_curve(ast, ast.child(node, kind))) return build.constant(std::nan(""));
  switch (what) {
    case BuiltinSpecial::SafeDivide: {
      ExprId a = argument(0), b = argument(1);
      return safe_divide(a, b, n.count > 2 ? argument(2) : build.constant(0));
    }
    case BuiltinSpecial::IfThenElse: return build.node(Op::If, {argument(0), argument(1), argument(2)});
    case BuiltinSpecial::Initial: return argument(0);
    case BuiltinSpecial::VectorRank:
    case BuiltinSpecial::VectorOrder: return vector_rank(ast, node);  // the order's ranks
    case BuiltinSpecial::OrderOfRank: return order_of_rank(ast, node);
    case BuiltinSpecial::VectorMap: return vector_map(ast, node);
    case BuiltinSpecial::VectorSelect: return vector_select(ast, node);
    case BuiltinSpecial::VectorReorder: return vector_reorder(ast, node);
    case BuiltinSpecial::InvertMatrix: return invert_matrix(ast, node);
    case BuiltinSpecial::Allocate: return allocate(ast, node);
    case BuiltinSpecial::MarketPrice: return market_price(ast, node);
    case BuiltinSpecial::DemandAtPrice: return demand_at(curve(ast, node, 0), argument(4));
    case BuiltinSpecial::SupplyAtPrice: return supply_at(curve(ast, node, 0), argument(4));
    case BuiltinSpecial::Previous: {
      result_.program.lags.push_back({program_id_[variable_], variable_of(ast.child(node, 0))});
      return build.node(Op::If, {build.node(Op::FirstStep, {}), n.count > 1 ? argument(1) : build.constant(0),
                                 reference(ast, ast.child(node, 0), Plane::Previous)});
    }
    case BuiltinSpecial::Delay:
    case BuiltinSpecial::DelayMaterial:
    case BuiltinSpecial::DelayInformation: {  // unrolled: one buffer an element, or two
      ExprId source = reference(ast, ast.child(node, 0), Plane::Current);
      ExprId length = build.node(Op::DelaySteps, {argument(1), build.constant(system_.specs.dt)});
      VariableId steps = add_initial("delay_steps", length);
      VariableId initial = add_initial("initial", n.count > 2 ? argument(2) : source);
      result_.program.delays.push_back({program_id_[variable_], source});
      result_.program.lags.push_back({program_id_[variable_], variable_of(ast.child(node, 0))});
      if (what != BuiltinSpecial::Delay)
        result_.program.delays.push_back({program_id_[variable_], length, what == BuiltinSpecial::DelayMaterial ? LS_DELAY_MATERIAL : LS_DELAY_INFORMATION});
      uint32_t buffer = uint32_t(result_.program.delays.size()) - 1;
      ExprId read = build.node(Op::DelayRead, {build.load(steps), build.load(initial)}, buffer);
      if (what != BuiltinSpecial::DelayMaterial) return read;
      return build.node(Op::If, {build.node(Op::Equal, {read, build.constant(missing_value)}), argument(3), read});
    }
    case BuiltinSpecial::Past:
    case BuiltinSpecial::StepsSince:
      result_.program.delays.push_back({program_id_[variable_], argument(0), what == BuiltinSpecial::Past ? LS_DELAY_FIXED : LS_LEVEL});
      result_.program.lags.push_back({program_id_[variable_], variable_of(ast.child(node, 0))});
      return build.node(Op::DelayRead, {argument(1), build.constant(0)}, uint32_t(result_.program.delays.size()) - 1);
    case BuiltinSpecial::Conveyed: {  // input, place of the belt, its next place, what leaking leaves
      for (uint32_t recorded : {0, 1, 3}) result_.program.delays.push_back({program_id_[variable_], argument(recorded), recorded ? LS_DELAY_FIXED : LS_CONVEYOR});
      result_.program.lags.push_back({program_id_[variable_], variable_of(ast.child(node, 0))});
      return build.node(Op::DelayRead, {argument(1), argument(2)}, uint32_t(result_.program.delays.size()) - 3);
    }
    case BuiltinSpecial::Profiled: {  // input, its delay, the longest so far, the profile's mean, the profile
      auto profile = system_.index.find(ast.nodes[ast.child(node, 4)].kind == AstKind::Name ? ast.name_of(ast.child(node, 4)) : "");
      if (profile == system_.index.end() || system_.variables[profile->second].definitions.size() != 1 || !system_.variables[profile->second].has_table())
        return error(ast, node, Code::not_a_table, "a profile must be the name of one graphical function, the same for all elements");
      for (uint32_t i = 0; i < 3; i++) result_.program.delays.push_back({program_id_[variable_], argument(i), i ? LS_DELAY_FIXED : LS_PROFILE});
      uint32_t buffer = uint32_t(result_.program.delays.size()) - 3;
      result_.program.delays[buffer].table = uint32_t(system_.variables[profile->second].definitions[0].table);
      result_.program.lags.push_back({program_id_[variable_], variable_of(ast.child(node, 0))});
      return build.node(Op::DelayRead, {argument(3), build.constant(0)}, buffer);
    }
    default: return build.constant(std::nan(""));
  }
}

}  // namespace loopscope
