#include "semantics/expand.h"

#include <algorithm>

#include "model/modules.h"
#include "model/names.h"
#include "semantics/macros.h"

namespace loopscope {

namespace {

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

uint32_t Expander::find_variable(const std::string& name, const std::string& scope) const {
  auto it = find_in_scope(system_.index, name, scope);
  return it == system_.index.end() ? none_id : it->second;
}

uint32_t Expander::find(const std::string& name, const Scope& scope) const {
  return find_variable(name, system_.variables[scope.owner].scope);
}

uint32_t Expander::find_bound(const std::string& name, const Scope& scope) const {
  auto bound = scope.bindings ? scope.bindings->find(name) : decltype(scope.bindings->end()){};
  if (!scope.bindings || bound == scope.bindings->end()) return find(name, scope);
  const auto& [tree, root] = bound->second;
  auto known = tree.nodes[root].kind == AstKind::Name ? system_.index.find(tree.name_of(root)) : system_.index.end();
  return known == system_.index.end() ? none_id : known->second;
}

std::string Expander::did_you_mean(const std::string& name, bool function) {
  if (suggestions_left_-- <= 0) return "";
  return suggestions(name, function ? function_names() : ids_of(system_));
}

void Expander::report(uint32_t variable, Code code, const SourceText* text, uint32_t offset, uint32_t length, std::string message) {
  const EquationVariable& v = system_.variables[variable];
  Span span = v.written ? v.written->span : Span{};
  if (text && text->span.known()) span = source_span(*text, lines_, offset, length);
  diagnostics_.push_back(diagnose(code, std::move(message), span, v.name));
}

AstId Expander::error(const Scope& scope, const Ast& from, AstId node, Code code, std::string message, Ast& out) {
  const AstNode& n = from.nodes[node];
  if (scope.bindings && scope.macro != none_id) message = "in the macro " + system_.macros[scope.macro].name + ": " + message;
  report(scope.owner, code, scope.text, n.offset, n.length, std::move(message));
  return out.add_number(0, n.offset, n.length);
}

Ast Expander::expand_text(uint32_t variable, const SourceText& text, const std::vector<uint32_t>& loops) {
  return expand_text(Scope{variable, variable, &text, none_id, &loops, nullptr});
}

void Expander::add_net_flow(uint32_t stock, const std::vector<const Definition*>& definitions) {
  const std::vector<uint32_t> dimensions = system_.variables[stock].dimensions;
  uint32_t flow = add_hidden(Scope{stock, stock, nullptr, none_id, &dimensions, nullptr}, "net_flow", VariableKind::Flow);
  std::vector<EquationDefinition> parts;
  for (size_t i = 0; i < definitions.size(); i++) {
    const EquationDefinition& of = system_.variables[stock].definitions[i];
    EquationDefinition part;
    part.loops = of.loops;
    part.target = of.target;
    part.except = of.except;
    part.text = &definitions[i]->net_flow;
    part.equation = expand_text(Scope{stock, flow, part.text, none_id, &part.loops, nullptr});
    parts.push_back(std::move(part));
  }
  system_.variables[flow].definitions = std::move(parts);
  system_.variables[stock].inflows.push_back(flow);
}

Ast Expander::expand_text(const Scope& scope) {
  std::vector<ParseError> errors;
  Ast parsed = parse_equation(scope.text->text, dialect_, errors);
  for (const ParseError& e : errors) report(scope.owner, e.code, scope.text, e.offset, e.length, e.message);
  if (parsed.empty()) return {};
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
  v.id = "$" + std::string(machinery_separator) + owner.id + machinery_separator + std::to_string(hidden_count_[scope.owner]++) + machinery_separator + suffix;
  v.name = v.id;
  v.kind = kind;
  v.hidden = true;
  v.macro = scope.macro;
  v.owner = scope.owner;
  v.scope = owner.scope;
  v.dimensions = *scope.loops;
  EquationDefinition definition;
  definition.loops = *scope.loops;
  for (uint32_t i = 0; i < definition.loops.size(); i++) definition.target.push_back({i, 0, {}});
  definition.text = scope.text;
  v.definitions.push_back(std::move(definition));
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
      return out.add(from.like(node), children);
    }
    case AstKind::String: return error(scope, from, node, Code::syntax_error, "a text stands here and a number is wanted", out);
    default: return error(scope, from, node, Code::syntax_error, "a subscript stands here outside brackets", out);
  }
}

AstId Expander::add_subscripted(Ast& out, const std::string& name, const std::vector<AstId>& subscripts, const AstNode& place) {
  AstNode node{};
  node.kind = AstKind::Name;
  node.name = uint32_t(out.names.size());
  node.offset = place.offset;
  node.length = place.length;
  out.names.push_back(name);
  return out.add(node, subscripts);
}

AstId Expander::add_reference(Ast& out, uint32_t variable, const AstNode& place) {
  std::vector<AstId> subscripts;
  for (uint32_t d : system_.variables[variable].dimensions) subscripts.push_back(out.add_name(system_.dimensions[d].id));
  return add_subscripted(out, system_.variables[variable].id, subscripts, place);
}

// Elements and dimensions stay names for the lowering to place; anything else is an expression of its own.
AstId Expander::expand_subscript(const Ast& from, AstId node, Ast& out, const Scope& scope, uint32_t dimension) {
  const AstNode& n = from.nodes[node];
  if (n.kind == AstKind::Wildcard || n.kind == AstKind::Range || n.kind == AstKind::Position) {
    std::vector<AstId> children;
    for (uint32_t i = 0; i < n.count; i++) children.push_back(expand_subscript(from, from.child(node, i), out, scope, dimension));
    return out.add(from.like(node), children);
  }
  if (n.kind == AstKind::Name && n.count == 0) {
    const std::string& name = from.name_of(node);
    if (system_.dimensions.element(dimension, name) || system_.dimensions.find(name) != none_id) return out.add_name(name, n.offset, n.length);
    // Dimension.element, as some write it.
    size_t dot = name.rfind('.');
    if (dot != std::string::npos && system_.dimensions.element(dimension, name.substr(dot + 1))) return out.add_name(name.substr(dot + 1), n.offset, n.length);
    bool bound = scope.bindings && scope.bindings->count(name);
    if (!bound && find(name, scope) == none_id && !find_builtin(name)) {
      const Dimension& d = system_.dimensions[dimension];
      return error(scope, from, node, Code::unknown_subscript,
                   "the dimension " + d.name + " has no element " + name + (suggestions_left_-- > 0 ? suggestions(name, d.elements) : ""), out);
    }
  }
  return expand(from, node, out, scope, false);
}

AstId Expander::expand_name(const Ast& from, AstId node, Ast& out, const Scope& scope) {
  const AstNode& n = from.nodes[node];
  const std::string& name = from.name_of(node);
  if (scope.bindings) {
    auto bound = scope.bindings->find(name);
    if (bound != scope.bindings->end()) return out.copy(bound->second.first, bound->second.second);
    if (dialect_ == Dialect::Vensim && name.size() > 1 && name.back() == '$') {  // the model's, seen from inside a macro
      Ast outer;
      outer.root = outer.add_name(name.substr(0, name.size() - 1), n.offset, n.length);
      Scope outside = scope;
      outside.bindings = nullptr;
      return expand_name(outer, outer.root, out, outside);
    }
  }
  const Builtin* builtin = find_builtin(name);
  bool self = builtin && builtin->kind == BuiltinKind::Value && builtin->value() == BuiltinValue::Self && n.count;
  uint32_t variable = self ? scope.self : find(name, scope);
  if (variable == none_id && name.size() > 1 && name.back() == '\'') return expand_transposed(from, node, out, scope);
  if (variable != none_id) {
    const EquationVariable& v = system_.variables[variable];
    if (v.kind == VariableKind::Table)
      return error(scope, from, node, Code::table_as_value,
                   name + " is a graphical function without an input; write " + name + "(x) or LOOKUP(" + name + ", x)", out);
    if (v.kind == VariableKind::Module)
      return error(scope, from, node, Code::not_a_variable, name + " is a module; name one of its variables, " + name + ".variable", out);
    if (v.shapeless) return out.add_number(0, n.offset, n.length);  // said at the variable
    if (n.count && n.count != v.dimensions.size())
      return error(scope, from, node, Code::wrong_subscripts,
                   name + (v.dimensions.empty() ? " is no array" : " has " + std::to_string(v.dimensions.size()) + (v.dimensions.size() == 1 ? " dimension" : " dimensions")) + " and " +
                       std::to_string(n.count) + (n.count == 1 ? " subscript is given" : " subscripts are given"), out);
    std::vector<uint32_t> dimensions = v.dimensions;
    std::string id = v.id;
    std::vector<AstId> subscripts;
    for (uint32_t i = 0; i < n.count; i++) subscripts.push_back(expand_subscript(from, from.child(node, i), out, scope, dimensions[i]));
    return add_subscripted(out, id, subscripts, n);
  }
  if (builtin && builtin->kind == BuiltinKind::Value) {
    if (builtin->value() == BuiltinValue::Self) return add_reference(out, scope.self, n);
    if (n.count) return error(scope, from, node, Code::wrong_subscripts, name + " is no array", out);
    return out.add_call(from.like(node), builtin->name(), {});
  }
  // A dimension or element used as the number of its position; also as Dimension.Element.
  size_t dot = name.rfind('.');
  uint32_t qualified = dot == std::string::npos ? none_id : system_.dimensions.find(name.substr(0, dot));
  if (qualified != none_id)
    if (auto element = system_.dimensions.element(qualified, name.substr(dot + 1))) return out.add_number(*element + 1, n.offset, n.length);
  if (system_.dimensions.find(name) != none_id || system_.dimensions.element_value(name)) return out.add_name(name, n.offset, n.length);
  if (builtin && builtin->is_random() && builtin->minimum == 0) {  // RANDOM without parentheses
    Ast call;
    call.root = call.add_call(from.like(node), builtin->name(), {});
    return expand_call(call, call.root, out, scope, false);
  }
  if (macros_.count(name)) return error(scope, from, node, Code::wrong_arity, "the macro " + name + " needs its arguments in parentheses", out);
  if (builtin)
    return error(scope, from, node, Code::wrong_arity, "the function " + name + " needs its arguments in parentheses: " + arity_text(*builtin), out);
  return error(scope, from, node, Code::unknown_variable,
               "the model has no variable " + name + did_you_mean(name, false), out);
}

// x' has the axes of x in reverse: x'[a, b] is x[b, a], and without subscripts the first axis of x follows the last of the equation's.
AstId Expander::expand_transposed(const Ast& from, AstId node, Ast& out, const Scope& scope) {
  const AstNode& n = from.nodes[node];
  std::string name = from.name_of(node).substr(0, from.name_of(node).size() - 1);
  uint32_t variable = find(name, scope);
  Ast plain;
  std::vector<AstId> subscripts;
  for (uint32_t i = n.count; i-- > 0;) subscripts.push_back(plain.copy(from, from.child(node, i)));
  if (variable != none_id && n.count == 0) {
    const std::vector<uint32_t> &own = system_.variables[variable].dimensions, &target = system_.variables[scope.self].dimensions;
    std::vector<bool> used(target.size(), false);
    for (uint32_t dimension : own) {
      size_t axis = target.size();
      while (axis > 0 && (used[axis - 1] || target[axis - 1] != dimension)) axis--;
      AstNode at{};
      at.kind = axis ? AstKind::Position : AstKind::Wildcard;
      if (axis) used[axis - 1] = true;
      subscripts.push_back(axis ? plain.add(at, {plain.add_number(double(axis))}) : plain.add(at, {}));
    }
  }
  AstNode root = from.like(node);
  root.name = uint32_t(plain.names.size());
  plain.names.push_back(variable == none_id ? from.name_of(node) : name);
  plain.root = plain.add(root, subscripts);
  if (variable == none_id) return error(scope, from, node, Code::unknown_variable, "the model has no variable " + name + did_you_mean(name, false), out);
  return expand_name(plain, plain.root, out, scope);
}

AstId Expander::copy_call(const Ast& from, AstId node, Ast& out, const Scope& scope, std::string_view name) {
  const Builtin& builtin = *find_builtin(name);
  Scope inside = scope;
  inside.reduced |= is_reducer(from, node) || builtin.kind == BuiltinKind::Fold || (builtin.kind == BuiltinKind::Special && builtin.special() == BuiltinSpecial::InvertMatrix);
  std::vector<AstId> arguments;
  for (uint32_t i = 0; i < from.nodes[node].count; i++) arguments.push_back(expand(from, from.child(node, i), out, inside, false));
  return out.add_call(from.like(node), name, arguments);
}

AstId Expander::expand_table_call(const Ast& from, AstId node, Ast& out, const Scope& scope, const std::string& name) {
  const AstNode& n = from.nodes[node];
  if (n.count != 1)
    return error(scope, from, node, Code::wrong_arity, "the graphical function " + name + " takes 1 argument, not " + std::to_string(n.count), out);
  AstId table = out.add_name(system_.variables[find_bound(name, scope)].id, n.offset, n.length);
  AstId x = expand(from, from.child(node, 0), out, scope, false);
  return out.add_call(from.like(node), "lookup", {table, x});
}

AstId Expander::expand_call(const Ast& from, AstId node, Ast& out, const Scope& scope, bool whole) {
  const AstNode& n = from.nodes[node];
  const std::string& name = from.name_of(node);
  uint32_t called = find_bound(name, scope);
  auto macro = macros_.find(name);
  if (macro != macros_.end()) {
    if (n.count != macro->second.parameters.size())
      return error(scope, from, node, Code::wrong_arity,
                   "the macro " + name + " takes " + std::to_string(macro->second.parameters.size()) + " arguments, not " + std::to_string(n.count), out);
    return expand_macro(from, node, out, scope, macro->second, name, -1);
  }
  const Builtin* builtin = find_builtin(name);
  // Vensim's PULSE(start, width) is a test input of height 1, Stella's PULSE(volume, first) an amount.
  if (name == "pulse" && n.count == 2 && system_.vensim_made) builtin = find_builtin("vensim_pulse");
  // Vensim does not have all of our functions: there a lookup of such a name is what is called, but not by the body of a macro of ours.
  bool hides = dialect_ == Dialect::Vensim && !scope.bindings;
  if (called != none_id && system_.variables[called].has_table() && (!builtin || hides)) return expand_table_call(from, node, out, scope, name);
  if (!builtin) {
    if (called != none_id)
      return error(scope, from, node, Code::not_a_table, name + " is a variable without a graphical function and cannot be called", out);
    for (const char* whole_equation : {"integ", "active_initial", "with_lookup", "tabbed_array"})
      if (name == whole_equation)
        return error(scope, from, node, Code::wrong_arity, name + " must be the whole equation, with all of its arguments; give it a variable of its own", out);
    if (name == "a_function_of")
      return error(scope, from, node, Code::empty_equation, "this variable has no equation yet: A FUNCTION OF only lists what it may read", out);
    return error(scope, from, node, Code::unknown_function,
                 "there is no function " + name + did_you_mean(name, true), out);
  }
  if (n.count < builtin->minimum || n.count > builtin->maximum)
    return error(scope, from, node, Code::wrong_arity,
                 name + " takes " + arity_text(*builtin) + ", not " + std::to_string(n.count), out);
  switch (builtin->kind) {
    case BuiltinKind::Value:
      if (builtin->value() == BuiltinValue::Self) break;
      return out.add_call(from.like(node), builtin->name(), {});
    case BuiltinKind::Later:
      return error(scope, from, node, Code::unsupported_feature, name + " is not simulated: " + builtin->form, out);
    case BuiltinKind::External:
      return error(scope, from, node, Code::bad_argument, name + " must be the whole equation of a variable; give it one of its own", out);
    case BuiltinKind::Table: {
      AstId first = from.child(node, 0);
      const AstNode& table = from.nodes[first];
      uint32_t variable = table.kind == AstKind::Name ? find_bound(from.name_of(first), scope) : none_id;
      // Converters write functions that they do not know as LOOKUP(function, arguments).
      const Builtin* called_so = table.kind == AstKind::Name && variable == none_id ? find_builtin(from.name_of(first)) : nullptr;
      if (called_so && called_so->kind != BuiltinKind::Value) {
        Ast call;
        std::vector<AstId> arguments;
        for (uint32_t i = 1; i < n.count; i++) arguments.push_back(call.copy(from, from.child(node, i)));
        call.root = call.add_call(from.like(node), called_so->name(), arguments);
        return expand_call(call, call.root, out, scope, whole);
      }
      if (table.kind == AstKind::Name && variable == none_id)
        return error(scope, from, first, Code::unknown_variable, "the model has no graphical function " + from.name_of(first) + did_you_mean(from.name_of(first), false), out);
      if (variable == none_id || !system_.variables[variable].has_table())
        return error(scope, from, first, Code::not_a_table, "the first argument of " + name + " must be the name of a graphical function", out);
      std::vector<AstId> subscripts;
      for (uint32_t i = 0; i < table.count && i < system_.variables[variable].dimensions.size(); i++)
        subscripts.push_back(expand_subscript(from, from.child(first, i), out, scope, system_.variables[variable].dimensions[i]));
      std::vector<AstId> arguments{add_subscripted(out, system_.variables[variable].id, subscripts, table)};
      for (uint32_t i = 1; i < n.count; i++) arguments.push_back(expand(from, from.child(node, i), out, scope, false));
      return out.add_call(from.like(node), builtin->name(), arguments);
    }
    case BuiltinKind::Macro: return expand_builtin_macro(from, node, out, scope, *builtin);
    case BuiltinKind::Reducer: {
      const AstNode& argument = from.nodes[from.child(node, 0)];
      if (builtin->reducer() != BuiltinReducer::Size || argument.kind != AstKind::Name || argument.count || from.name_of(from.child(node, 0)) != "self")
        return copy_call(from, node, out, scope, builtin->name());
      double elements = 1;  // SIZE(SELF)
      for (uint32_t d : system_.variables[scope.self].dimensions) elements *= system_.dimensions[d].size();
      return out.add_number(elements, n.offset, n.length);
    }
    case BuiltinKind::Special: return expand_special(from, node, out, scope, *builtin, whole);
    case BuiltinKind::Fold:
      return copy_call(from, node, out, scope, builtin->name());
    case BuiltinKind::Operation: {
      // Under the name that was written: RANDOM UNIFORM and UNIFORM order their arguments differently, aliases do not.
      if (!builtin->is_random()) return copy_call(from, node, out, scope, builtin->name());
      if (whole) {
        system_.variables[scope.self].stream = take_streams(scope.self);
        return copy_call(from, node, out, scope, builtin->name());
      }
      Ast equation;
      equation.root = copy_call(from, node, equation, scope, builtin->name());
      uint32_t draw = none_id;
      AstId reference = lift(scope, std::string(builtin->name()), std::move(equation), n, out, draw);
      system_.variables[draw].stream = take_streams(draw);
      return reference;
    }
  }
  return error(scope, from, node, Code::unknown_function, name + " cannot be called", out);
}

// A stream of random numbers an element of the variable.
uint32_t Expander::take_streams(uint32_t variable) {
  uint32_t first = streams_ + 1, elements = 1;
  for (uint32_t d : system_.variables[variable].dimensions) elements *= system_.dimensions[d].size();
  streams_ += elements;
  return first;
}

// Makes the expanded tree the equation of a hidden variable and returns a reference to it. Whole axes of arrays in it (`*`) that a reducer
// folds become loops of the hidden variable and stay whole axes of the reference: SUM(PREVIOUS(m[row,*])) is SUM(hidden[row,*]).
AstId Expander::lift(const Scope& scope, const std::string& suffix, Ast tree, const AstNode& place, Ast& out, uint32_t& hidden) {
  std::vector<uint32_t> loops = *scope.loops;
  size_t outer = loops.size();
  std::vector<bool> reduced(tree.nodes.size(), false);  // what a reducer in the tree folds stays as it is
  for (AstId id = AstId(tree.nodes.size()); id-- > 0;)
    for (uint32_t i = 0; i < tree.nodes[id].count; i++) reduced[tree.child(id, i)] = reduced[id] || is_reducer(tree, id);
  bool widened = scope.reduced || outer == 0;  // otherwise they go with the loops, one by one
  for (AstId id = 0; widened && id < tree.nodes.size(); id++) {
    if (tree.nodes[id].kind != AstKind::Name || reduced[id]) continue;
    auto it = system_.index.find(tree.name_of(id));
    if (it == system_.index.end()) continue;
    for (uint32_t i = 0; i < tree.nodes[id].count; i++) {
      AstNode& subscript = tree.nodes[tree.child(id, i)];
      if (subscript.kind != AstKind::Wildcard || subscript.count) continue;
      uint32_t dimension = system_.variables[it->second].dimensions[i];
      if (std::find(loops.begin(), loops.begin() + long(outer), dimension) != loops.begin() + long(outer)) {
        report(scope.owner, Code::unsupported_feature, scope.text, place.offset, place.length,
               "the past of a whole axis over " + system_.dimensions[dimension].name + " inside an equation over the same dimension; give it a variable of its own");
        continue;
      }
      if (std::find(loops.begin(), loops.end(), dimension) == loops.end()) loops.push_back(dimension);
      subscript.kind = AstKind::Name;
      subscript.name = uint32_t(tree.names.size());
      tree.names.push_back(system_.dimensions[dimension].id);
    }
  }
  Scope wide = scope;
  wide.loops = &loops;
  hidden = add_hidden(wide, suffix, VariableKind::Auxiliary);
  system_.variables[hidden].definitions[0].equation = std::move(tree);
  std::vector<AstId> subscripts;
  for (size_t i = 0; i < loops.size(); i++) {
    AstNode whole{};
    whole.kind = AstKind::Wildcard;
    subscripts.push_back(i < outer ? out.add_name(system_.dimensions[loops[i]].id) : out.add(whole, {}));
  }
  return add_subscripted(out, system_.variables[hidden].id, subscripts, place);
}

bool Expander::has_table(const Ast& from, AstId argument, const Scope& scope) const {
  uint32_t named = from.nodes[argument].kind == AstKind::Name ? find_bound(from.name_of(argument), scope) : none_id;
  return named != none_id && system_.variables[named].has_table();
}

AstId Expander::name_of_argument(const Ast& from, AstId argument, Ast& out, const Scope& scope, const char* suffix) {
  Ast tree;
  tree.root = expand(from, argument, tree, scope, false);
  bool name = tree.nodes[tree.root].kind == AstKind::Name && system_.index.count(tree.name_of(tree.root));
  // An element that is chosen as the model runs: its past is that of the choice too.
  for (uint32_t i = 0; name && i < tree.nodes[tree.root].count; i++) {
    AstId subscript = tree.child(tree.root, i);
    AstKind kind = tree.nodes[subscript].kind;
    name = kind == AstKind::Name ? !system_.index.count(tree.name_of(subscript)) : kind != AstKind::Operator && kind != AstKind::Call && kind != AstKind::If;
  }
  if (name) return out.copy(tree, tree.root);
  uint32_t hidden;
  AstNode place = from.nodes[argument];
  return lift(scope, suffix, std::move(tree), place, out, hidden);
}

// PREVIOUS, DELAY and INIT keep their call as the whole equation of one variable; elsewhere that variable is hidden.
AstId Expander::expand_special(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin, bool whole) {
  const AstNode& n = from.nodes[node];
  if (builtin.special() >= BuiltinSpecial::VectorRank) return expand_vector(from, node, out, scope, builtin);
  switch (builtin.special()) {
    case BuiltinSpecial::SafeDivide:
    case BuiltinSpecial::IfThenElse: return copy_call(from, node, out, scope, builtin.name());
    case BuiltinSpecial::Same: return expand(from, from.child(node, 0), out, scope, whole);
    case BuiltinSpecial::IsModuleInput: {
      const AstNode& input = from.nodes[from.child(node, 0)];
      bool connected = input.kind == AstKind::Name && connected_.count(system_.variables[scope.owner].scope + from.name_of(from.child(node, 0)));
      return out.add_number(connected, n.offset, n.length);
    }
    case BuiltinSpecial::TimeValue: return expand_time_value(from, node, out, scope);
    case BuiltinSpecial::Derivative: {
      // The first derivative by the last difference, as Stella's DERIVN(x, 1); 0 at the start.
      auto order = literal_number(from, from.child(node, 1));
      if (!order || *order != 1) return error(scope, from, node, Code::bad_argument, "DERIVN is simulated for order 1 only", out);
      Ast input;
      input.root = name_of_argument(from, from.child(node, 0), input, scope, "input");
      Ast text;
      AstId x = text.copy(input, input.root), y = text.copy(input, input.root);
      AstId previous = text.add_call(from.like(node), "previous", {x, y});
      AstId now = text.copy(input, input.root);
      AstId dt = text.add_call(from.like(node), "dt", {});
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
    if (scope.bindings && equation.nodes[arguments[0]].kind == AstKind::Number) return out.copy(equation, arguments[0]);  // a macro's argument
  } else {
    // The argument whose past is asked for is a variable, so that its past is kept.
    arguments.push_back(name_of_argument(from, from.child(node, 0), equation, scope, "input"));
    for (uint32_t i = 1; i < n.count; i++) {
      bool profile = builtin.special() == BuiltinSpecial::Profiled && i == 4 && has_table(from, from.child(node, i), scope);
      arguments.push_back(profile ? equation.add_name(system_.variables[find_bound(from.name_of(from.child(node, i)), scope)].id) : expand(from, from.child(node, i), equation, scope, false));
    }
  }
  equation.root = equation.add_call(from.like(node), builtin.name(), arguments);
  if (whole && builtin.special() != BuiltinSpecial::Initial) {
    out = std::move(equation);
    return out.root;
  }
  uint32_t hidden;
  AstId reference = lift(scope, std::string(builtin.name()), std::move(equation), n, out, hidden);
  system_.variables[hidden].initial_only = builtin.special() == BuiltinSpecial::Initial;
  return reference;
}

}  // namespace loopscope
