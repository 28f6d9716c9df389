// The part of expansion that knows times: what an expression comes to before the run, and dates (GET TIME VALUE).
#include <algorithm>
#include <cmath>

#include "ls_runtime.h"
#include "semantics/expand.h"

namespace loopscope {

Ast Expander::only_equation(uint32_t variable) const {
  const Variable* written = system_.variables[variable].written;
  if (!written || written->kind == VariableKind::Stock || written->definitions.size() != 1 || written->definitions[0].table) return {};
  std::vector<ParseError> ignored;
  return parse_equation(written->definitions[0].equation.text, dialect_, ignored);
}

std::optional<double> Expander::known_value(const Ast& ast, AstId node, const std::string& scope, const Looks& looks) const {
  const AstNode& n = ast.nodes[node];
  if (looks.enough()) return std::nullopt;
  if (auto literal = literal_number(ast, node)) return literal;
  if (n.kind == AstKind::Name) {
    const Builtin* builtin = find_builtin(ast.name_of(node));
    uint32_t v = find_variable(ast.name_of(node), scope);
    if (v == none_id) {
      if (!builtin || builtin->kind != BuiltinKind::Value) return std::nullopt;
      switch (builtin->value()) {
        case BuiltinValue::Time: return looks.always ? std::nullopt : std::optional(system_.specs.start);
        case BuiltinValue::StartTime: return system_.specs.start;
        case BuiltinValue::StopTime: return system_.final_time == none_id && !std::isnan(system_.specs.stop) ? std::optional(system_.specs.stop) : std::nullopt;
        case BuiltinValue::Dt: return system_.specs.dt;
        default: return std::nullopt;
      }
    }
    Ast tree = only_equation(v);
    return tree.empty() ? std::nullopt : known_value(tree, tree.root, scope, looks.deeper());
  }
  double values[8];
  if (n.count > 4) return std::nullopt;
  for (uint32_t i = 0; i < n.count; i++) {
    auto value = known_value(ast, ast.child(node, i), scope, looks.deeper());
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  if (n.kind == AstKind::Operator) {
    if (n.op == AstOp::Add) return values[0] + values[1];
    if (n.op == AstOp::Subtract) return values[0] - values[1];
    if (n.op == AstOp::Multiply) return values[0] * values[1];
    if (n.op == AstOp::Divide) return values[0] / values[1];
    return std::nullopt;
  }
  const Builtin* builtin = n.kind == AstKind::Call ? find_builtin(ast.name_of(node)) : nullptr;
  if (!builtin || builtin->kind != BuiltinKind::Operation || builtin->is_random() || n.count < builtin->minimum) return std::nullopt;
  // Only forms whose arguments stand in order, with time and dt after them.
  uint32_t count = n.count;
  std::string_view form = builtin->form;
  if (form.find('?') != std::string_view::npos) return std::nullopt;
  if (form.find('T') != std::string_view::npos) {
    if (looks.always) return std::nullopt;
    values[count++] = system_.specs.start;
    values[count++] = system_.specs.dt;
  }
  return evaluate_op(builtin->op(), values);
}

std::optional<double> Expander::latest_time(const Ast& ast, AstId node, const Looks& looks) const {
  const AstNode& n = ast.nodes[node];
  if (looks.enough()) return std::nullopt;
  const bool named = n.kind == AstKind::Name || n.kind == AstKind::Call;
  const Builtin* builtin = named ? find_builtin(ast.name_of(node)) : nullptr;
  uint32_t variable = n.kind == AstKind::Name ? find_variable(ast.name_of(node), "") : none_id;
  if (variable != none_id) {
    Ast tree = only_equation(variable);
    return tree.empty() ? std::nullopt : latest_time(tree, tree.root, looks.deeper());
  }
  if (builtin && builtin->kind == BuiltinKind::Value && builtin->value() == BuiltinValue::Time) return -HUGE_VAL;
  bool choice = n.kind == AstKind::If || (builtin && builtin->kind == BuiltinKind::Special && builtin->special() == BuiltinSpecial::IfThenElse);
  bool least = builtin && builtin->kind == BuiltinKind::Fold && builtin->op() == Op::Minimum, greatest = builtin && builtin->kind == BuiltinKind::Fold && !least;
  if (!choice && !least && !greatest) return known_value(ast, node, "", looks.deeper());
  std::optional<double> latest;
  for (uint32_t i = choice; i < n.count; i++) {
    auto one = latest_time(ast, ast.child(node, i), looks.deeper());
    if (!one && !least) return std::nullopt;
    if (one) latest = !latest ? *one : least ? std::min(*latest, *one) : std::max(*latest, *one);
  }
  return latest;
}

// https://www.vensim.com/documentation/fn_get_time_value.html: the measure of Time, or of INITIAL TIME, moved by an offset. Dates are those of the
// file's settings: the date of Time 0 and the unit that Time counts. By years, quarters and months a year has 360 days, by others it is the calendar's.
AstId Expander::expand_time_value(const Ast& from, AstId node, Ast& out, const Scope& scope) {
  const std::string& model = system_.variables[scope.owner].scope;
  auto relative = constant_value(from, from.child(node, 0), model), measure = constant_value(from, from.child(node, 2), model);
  auto refuse = [&](std::string why) { return error(scope, from, node, Code::unsupported_feature, "GET TIME VALUE: " + std::move(why), out); };
  if (!relative || !measure) return refuse("what it is relative to and its measure must be numbers");
  if (*relative == 2) return refuse("the computer's clock (2) would make each run another; give 0, the current time, or 1, the initial one");
  if (*relative != 0 && *relative != 1) return refuse("it is relative to the current time (0) or to the initial one (1)");
  if (*measure == 10) return refuse("the seconds that have passed (10) are those of the computer's clock; a constant makes as good a seed");
  if (!(*measure >= 0 && *measure < 10 && *measure == std::floor(*measure))) return refuse("there is no measure of that number: they are 0 to 9");
  AstId time = out.add_call(from.like(node), *relative == 0 ? "time" : "starttime", {});
  time = out.add_operator(AstOp::Add, {time, expand(from, from.child(node, 1), out, scope, false)});
  if (*measure == 0) return time;
  if (!system_.calendar) return refuse("the file does not say which date Time 0 has and what Time counts; in Vensim they are set under Model > Settings > Time Bounds");
  const Calendar& calendar = *system_.calendar;
  bool even = calendar.unit <= LS_MONTH;
  double first = ls_first_day(calendar.year, calendar.month, calendar.day, even);
  if (std::isnan(first)) return refuse("the settings of the file have no date that there is for Time 0" + std::string(even ? " (each month has 30 days)" : ""));
  if (even && *measure == 5) return refuse("the day of the week (5) is not defined where dates count years, quarters or months, since a year then has 360 days; set the unit to Week or Day");
  if (system_.specs.start != 0 && !said_base_date_) {
    said_base_date_ = true;
    report(scope.owner, Code::assumed_date, scope.text, from.nodes[node].offset, from.nodes[node].length, "the date in the file's settings is taken to be that of Time 0, not of INITIAL TIME");
  }
  return out.add_call(from.like(node), "vensim_calendar", {time, out.add_number(first), out.add_number(calendar.unit), out.add_number(*measure)});
}

}  // namespace loopscope
