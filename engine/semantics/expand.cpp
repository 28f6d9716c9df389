#include "semantics/expand.h"

#include "semantics/macros.h"

namespace loopscope {

namespace {
constexpr const char* separator = "\u205A";

AstNode like(const Ast& from, AstId node) {
  AstNode copy = from.nodes[node];
  copy.first = copy.count = 0;
  return copy;
}

AstId add_call(Ast& out, const AstNode& place, std::string_view name, const std::vector<AstId>& arguments) {
  AstNode call = place;
  call.kind = AstKind::Call;
  call.name = uint32_t(out.names.size());
  out.names.emplace_back(name);
  return out.add(call, arguments);
}

std::string arity_text(const Builtin& b) {
  if (b.minimum == b.maximum) return std::to_string(b.minimum) + (b.minimum == 1 ? " argument" : " arguments");
  return std::to_string(b.minimum) + " to " + std::to_string(b.maximum) + " arguments";
}

std::vector<std::string> ids_of(const EquationSystem& system) {
  std::vector<std::string> ids;
  for (const EquationVariable& v : system.variables)
    if (!v.hidden) ids.push_back(v.id);
  return ids;
}
std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Builtin& b : all_builtins())
    if (b.kind != BuiltinKind::Value) names.emplace_back(b.name());
  return names;
}
}  // namespace

std::optional<double> literal_number(const Ast& ast, AstId node) {
  const AstNode& n = ast.nodes[node];
  if (n.kind == AstKind::Number) return n.number;
  if (n.kind == AstKind::Operator && n.op == AstOp::Negate) {
    auto inner = literal_number(ast, ast.child(node, 0));
    if (inner) return -*inner;
  }
  return std::nullopt;
}

uint32_t Expander::find_variable(const std::string& id) const {
  auto it = system_.index.find(id);
  return it == system_.index.end() ? none_id : it->second;
}

std::optional<double> Expander::value_at_start(const Ast& ast, AstId node, int depth) const {
  const AstNode& n = ast.nodes[node];
  if (depth > 20) return std::nullopt;
  if (auto literal = literal_number(ast, node)) return literal;
  if (n.kind == AstKind::Name) {
    const Builtin* builtin = find_builtin(ast.name_of(node));
    uint32_t v = find_variable(ast.name_of(node));
    if (v == none_id) {
      if (builtin && builtin->kind == BuiltinKind::Value && builtin->value() == BuiltinValue::Time) return system_.specs.start;
      if (builtin && builtin->kind == BuiltinKind::Value && builtin->value() == BuiltinValue::Dt) return system_.specs.dt;
      return std::nullopt;
    }
    const Variable* written = system_.variables[v].written;
    if (!written || written->kind == VariableKind::Stock || written->definitions.size() != 1 || written->definitions[0].table) return std::nullopt;
    std::vector<ParseError> ignored;
    Ast tree = parse_equation(written->definitions[0].equation.text, Dialect::Xmile, ignored);
    return tree.empty() ? std::nullopt : value_at_start(tree, tree.root, depth + 1);
  }
  double values[8];
  if (n.count > 4) return std::nullopt;
  for (uint32_t i = 0; i < n.count; i++) {
    auto value = value_at_start(ast, ast.child(node, i), depth + 1);
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
    values[count++] = system_.specs.start;
    values[count++] = system_.specs.dt;
  }
  return evaluate_op(builtin->op(), values);
}

void Expander::report(uint32_t variable, Code code, const SourceText* text, uint32_t offset, uint32_t length, std::string message) {
  const EquationVariable& v = system_.variables[variable];
  Span span = v.written ? v.written->span : Span{};
  if (text && text->span.known()) span = source_span(*text, lines_, offset, length);
  diagnostics_.push_back(diagnose(code, std::move(message), span, v.name));
}

AstId Expander::error(const Scope& scope, const Ast& from, AstId node, Code code, std::string message, Ast& out) {
  const AstNode& n = from.nodes[node];
  report(scope.owner, code, scope.text, n.offset, n.length, std::move(message));
  return out.add_number(0, n.offset, n.length);
}

Ast Expander::expand_text(uint32_t variable, const SourceText& text) {
  std::vector<ParseError> errors;
  Ast parsed = parse_equation(text.text, Dialect::Xmile, errors);
  for (const ParseError& e : errors) report(variable, e.code, &text, e.offset, e.length, e.message);
  if (parsed.empty()) return {};
  Scope scope{variable, variable, &text, none_id, nullptr};
  Ast out;
  size_t before = diagnostics_.size();
  out.root = expand(parsed, parsed.root, out, scope, true);
  for (size_t i = before; i < diagnostics_.size(); i++)
    if (diagnostics_[i].severity == Severity::Error) return {};
  return out;
}

uint32_t Expander::add_hidden(const Scope& scope, const std::string& suffix, VariableKind kind) {
  EquationVariable v;
  const EquationVariable& owner = system_.variables[scope.owner];
  v.id = "$" + std::string(separator) + owner.id + separator + std::to_string(hidden_count_[scope.owner]++) + separator + suffix;
  v.name = v.id;
  v.kind = kind;
  v.hidden = true;
  v.macro = scope.macro;
  v.owner = scope.owner;
  uint32_t id = uint32_t(system_.variables.size());
  system_.index.emplace(v.id, id);
  system_.variables.push_back(std::move(v));
  return id;
}

AstId Expander::expand(const Ast& from, AstId node, Ast& out, const Scope& scope, bool whole) {
  const AstNode& n = from.nodes[node];
  switch (n.kind) {
    case AstKind::Number: return out.add_number(n.number, n.offset, n.length);
    case AstKind::Name: return expand_name(from, node, out, scope);
    case AstKind::Call: return expand_call(from, node, out, scope, whole);
    case AstKind::Operator:
    case AstKind::If: {
      std::vector<AstId> children;
      for (uint32_t i = 0; i < n.count; i++) children.push_back(expand(from, from.child(node, i), out, scope, false));
      return out.add(like(from, node), children);
    }
    default: return error(scope, from, node, Code::unsupported_feature, "subscripts are not simulated yet", out);
  }
}

AstId Expander::expand_name(const Ast& from, AstId node, Ast& out, const Scope& scope) {
  const AstNode& n = from.nodes[node];
  const std::string& name = from.name_of(node);
  if (n.count) return error(scope, from, node, Code::unsupported_feature, "subscripts are not simulated yet; the variable " + name + " is an array", out);
  if (scope.bindings) {
    auto bound = scope.bindings->find(name);
    if (bound != scope.bindings->end()) {
      const auto& [tree, root] = bound->second;
      if (tree.nodes[root].kind == AstKind::Number) return out.add_number(tree.nodes[root].number, n.offset, n.length);
      return out.add_name(tree.name_of(root), n.offset, n.length);
    }
  }
  uint32_t variable = find_variable(name);
  if (variable != none_id) {
    if (system_.variables[variable].kind == VariableKind::Table)
      return error(scope, from, node, Code::table_as_value,
                   name + " is a graphical function without an input; write " + name + "(x) or LOOKUP(" + name + ", x)", out);
    return out.add_name(name, n.offset, n.length);
  }
  const Builtin* builtin = find_builtin(name);
  if (builtin && builtin->kind == BuiltinKind::Value) {
    if (builtin->value() == BuiltinValue::Self) return out.add_name(system_.variables[scope.self].id, n.offset, n.length);
    return add_call(out, like(from, node), builtin->name(), {});
  }
  if (builtin && builtin->is_random() && builtin->minimum == 0) {  // RANDOM without parentheses
    Ast call;
    call.root = add_call(call, like(from, node), builtin->name(), {});
    return expand_call(call, call.root, out, scope, false);
  }
  if (builtin)
    return error(scope, from, node, Code::wrong_arity, "the function " + name + " needs its arguments in parentheses: " + arity_text(*builtin), out);
  return error(scope, from, node, Code::unknown_variable,
               "the model has no variable " + name + suggestions(name, ids_of(system_)), out);
}

AstId Expander::copy_call(const Ast& from, AstId node, Ast& out, const Scope& scope, std::string_view name) {
  std::vector<AstId> arguments;
  for (uint32_t i = 0; i < from.nodes[node].count; i++) arguments.push_back(expand(from, from.child(node, i), out, scope, false));
  return add_call(out, like(from, node), name, arguments);
}

AstId Expander::expand_table_call(const Ast& from, AstId node, Ast& out, const Scope& scope, const std::string& name) {
  const AstNode& n = from.nodes[node];
  if (n.count != 1)
    return error(scope, from, node, Code::wrong_arity, "the graphical function " + name + " takes 1 argument, not " + std::to_string(n.count), out);
  AstId table = out.add_name(name, n.offset, n.length);
  AstId x = expand(from, from.child(node, 0), out, scope, false);
  return add_call(out, like(from, node), "lookup", {table, x});
}

AstId Expander::expand_call(const Ast& from, AstId node, Ast& out, const Scope& scope, bool whole) {
  const AstNode& n = from.nodes[node];
  const std::string& name = from.name_of(node);
  uint32_t called = scope.bindings ? none_id : find_variable(name);
  const Builtin* builtin = find_builtin(name);
  if (called != none_id && system_.variables[called].table >= 0 && !builtin) return expand_table_call(from, node, out, scope, name);
  if (!builtin) {
    if (called != none_id)
      return error(scope, from, node, Code::not_a_table, name + " is a variable without a graphical function and cannot be called", out);
    return error(scope, from, node, Code::unknown_function,
                 "there is no function " + name + suggestions(name, function_names()), out);
  }
  if (n.count < builtin->minimum || n.count > builtin->maximum)
    return error(scope, from, node, Code::wrong_arity,
                 name + " takes " + arity_text(*builtin) + ", not " + std::to_string(n.count), out);
  switch (builtin->kind) {
    case BuiltinKind::Value:
      if (builtin->value() == BuiltinValue::Self) break;
      return add_call(out, like(from, node), builtin->name(), {});
    case BuiltinKind::Later:
      return error(scope, from, node, Code::unsupported_feature, name + " needs " + builtin->form + ", which are not simulated yet", out);
    case BuiltinKind::Table: {
      AstId first = from.child(node, 0);
      const AstNode& table = from.nodes[first];
      uint32_t variable = table.kind == AstKind::Name && !table.count ? find_variable(from.name_of(first)) : none_id;
      if (variable == none_id || system_.variables[variable].table < 0)
        return error(scope, from, first, Code::not_a_table, "the first argument of " + name + " must be the name of a graphical function", out);
      std::vector<AstId> arguments{out.add_name(from.name_of(first), table.offset, table.length)};
      for (uint32_t i = 1; i < n.count; i++) arguments.push_back(expand(from, from.child(node, i), out, scope, false));
      return add_call(out, like(from, node), builtin->name(), arguments);
    }
    case BuiltinKind::Macro: return expand_macro(from, node, out, scope, *builtin);
    case BuiltinKind::Special: return expand_special(from, node, out, scope, *builtin, whole);
    case BuiltinKind::Fold:
      if (n.count == 1)
        return error(scope, from, node, Code::unsupported_feature, name + " of one argument needs arrays, which are not simulated yet", out);
      return copy_call(from, node, out, scope, builtin->name());
    case BuiltinKind::Operation: {
      // Under the name that was written: RANDOM UNIFORM and UNIFORM order their arguments differently, aliases do not.
      if (!builtin->is_random()) return copy_call(from, node, out, scope, builtin->name());
      if (whole) {
        system_.variables[scope.self].stream = ++streams_;
        return copy_call(from, node, out, scope, builtin->name());
      }
      uint32_t draw = add_hidden(scope, std::string(builtin->name()), VariableKind::Auxiliary);
      Ast equation;
      equation.root = copy_call(from, node, equation, scope, builtin->name());
      system_.variables[draw].equation = std::move(equation);
      system_.variables[draw].text = scope.text;
      system_.variables[draw].stream = ++streams_;
      return out.add_name(system_.variables[draw].id, n.offset, n.length);
    }
  }
  return error(scope, from, node, Code::unknown_function, name + " cannot be called", out);
}

AstId Expander::name_of_argument(const Ast& from, AstId argument, Ast& out, const Scope& scope, const char* suffix) {
  const AstNode& n = from.nodes[argument];
  Ast tree;
  tree.root = expand(from, argument, tree, scope, false);
  if (tree.nodes[tree.root].kind == AstKind::Name) return out.add_name(tree.name_of(tree.root), n.offset, n.length);
  uint32_t hidden = add_hidden(scope, suffix, VariableKind::Auxiliary);
  system_.variables[hidden].equation = std::move(tree);
  system_.variables[hidden].text = scope.text;
  return out.add_name(system_.variables[hidden].id, n.offset, n.length);
}

// PREVIOUS, DELAY and INIT keep their call as the whole equation of one variable; elsewhere that variable is hidden.
AstId Expander::expand_special(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin, bool whole) {
  const AstNode& n = from.nodes[node];
  switch (builtin.special()) {
    case BuiltinSpecial::SafeDivide:
    case BuiltinSpecial::IfThenElse: return copy_call(from, node, out, scope, builtin.name());
    case BuiltinSpecial::Same: return expand(from, from.child(node, 0), out, scope, whole);
    case BuiltinSpecial::IsModuleInput: return out.add_number(0, n.offset, n.length);
    case BuiltinSpecial::Derivative: {
      // The first derivative by the last difference, as Stella's DERIVN(x, 1); 0 at the start.
      auto order = literal_number(from, from.child(node, 1));
      if (!order || *order != 1) return error(scope, from, node, Code::bad_argument, "DERIVN is simulated for order 1 only", out);
      Ast input;
      input.root = name_of_argument(from, from.child(node, 0), input, scope, "input");
      const std::string id = input.name_of(input.root);
      Ast text;
      AstId x = text.add_name(id), y = text.add_name(id);
      AstId previous = add_call(text, like(from, node), "previous", {x, y});
      AstId now = text.add_name(id);
      AstId dt = add_call(text, like(from, node), "dt", {});
      AstId root = text.add_operator(AstOp::Divide, {text.add_operator(AstOp::Subtract, {now, previous}), dt});
      Scope inner = scope;
      inner.bindings = nullptr;
      return expand(text, root, out, inner, false);
    }
    default: break;
  }
  Ast equation;
  std::vector<AstId> arguments;
  if (builtin.special() == BuiltinSpecial::Initial) {
    arguments.push_back(expand(from, from.child(node, 0), equation, scope, false));
  } else {
    // The argument whose past is asked for is a variable, so that its past is kept.
    arguments.push_back(name_of_argument(from, from.child(node, 0), equation, scope, "input"));
    for (uint32_t i = 1; i < n.count; i++) arguments.push_back(expand(from, from.child(node, i), equation, scope, false));
  }
  equation.root = add_call(equation, like(from, node), builtin.name(), arguments);
  if (whole && builtin.special() != BuiltinSpecial::Initial) {
    out = std::move(equation);
    return out.root;
  }
  uint32_t hidden = add_hidden(scope, std::string(builtin.name()), VariableKind::Auxiliary);
  EquationVariable& v = system_.variables[hidden];
  v.equation = std::move(equation);
  v.text = scope.text;
  v.initial_only = builtin.special() == BuiltinSpecial::Initial;
  return out.add_name(v.id, n.offset, n.length);
}

AstId Expander::expand_macro(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin) {
  const AstNode& n = from.nodes[node];
  std::string name = builtin.form;
  int order = 1, order_argument = macro_order_argument(name);
  if (order_argument >= 0) {
    // The order is structure: what it is at the start, it stays.
    auto literal = value_at_start(from, from.child(node, uint32_t(order_argument)));
    if (!literal)
      return error(scope, from, from.child(node, order_argument), Code::not_constant, "the order of " + from.name_of(node) + " must be known at the start: a number, or an expression on constants and TIME", out);
    if (!(*literal >= 1 && *literal <= max_macro_order))
      return error(scope, from, from.child(node, order_argument), Code::bad_argument,
                   "the order of " + from.name_of(node) + " must be from 1 to " + std::to_string(max_macro_order), out);
    order = int(*literal);
  }
  BuiltinMacro macro = builtin_macro(name, order, system_.vensim_made || name == "delay_n");

  // The instance: hidden variables for arguments that are expressions and for the body.
  uint32_t instance = scope.macro;
  if (instance == none_id) {
    instance = uint32_t(system_.macros.size());
    system_.macros.push_back({name, none_id});
  }
  Scope outside = scope;
  outside.macro = instance;
  std::unordered_map<std::string, std::pair<Ast, AstId>> bindings;
  uint32_t given = 0;
  for (size_t i = 0; i < macro.parameters.size(); i++) {
    if (int(given) == order_argument) given++;
    const MacroParameter& parameter = macro.parameters[i];
    Ast bound;
    if (given < n.count) {
      AstId argument = from.child(node, given++);
      auto literal = literal_number(from, argument);
      bound.root = literal ? bound.add_number(*literal) : name_of_argument(from, argument, bound, outside, parameter.name.c_str());
    } else {
      std::vector<ParseError> ignored;
      Ast fallback = parse_equation(parameter.fallback, Dialect::Xmile, ignored);
      Scope inner{scope.owner, scope.self, nullptr, instance, &bindings};
      bound.root = expand(fallback, fallback.root, bound, inner, false);
    }
    AstId root = bound.root;
    bindings.emplace(parameter.name, std::make_pair(std::move(bound), root));
  }
  std::vector<uint32_t> variables;
  std::string stem = name + separator;
  for (const MacroLine& line : macro.lines) {
    uint32_t v = add_hidden(outside, line.name == "output" ? name : stem + line.name, line.kind);
    variables.push_back(v);
    Ast local;
    local.root = local.add_name(system_.variables[v].id);
    bindings.emplace(line.name, std::make_pair(local, local.root));
  }
  uint32_t output = none_id;
  for (size_t i = 0; i < macro.lines.size(); i++) {
    const MacroLine& line = macro.lines[i];
    std::vector<ParseError> ignored;
    Ast body = parse_equation(line.equation, Dialect::Xmile, ignored);
    Scope inner{scope.owner, variables[i], nullptr, instance, &bindings};
    Ast equation;
    equation.root = expand(body, body.root, equation, inner, true);
    EquationVariable& v = system_.variables[variables[i]];
    v.equation = std::move(equation);
    auto flow = [&](const std::string& flow_name) { return find_variable(bindings.at(flow_name).first.name_of(bindings.at(flow_name).second)); };
    if (!line.inflow.empty()) v.inflows.push_back(flow(line.inflow));
    if (!line.outflow.empty()) v.outflows.push_back(flow(line.outflow));
    if (line.name == "output") output = variables[i];
  }
  if (scope.macro == none_id) system_.macros[instance].output = output;
  return out.add_name(system_.variables[output].id, n.offset, n.length);
}

}  // namespace loopscope
