// The part of expansion that knows macros: the modeller's own, and builtin ones that are written in the model language.
#include <algorithm>

#include "model/names.h"
#include "semantics/expand.h"

namespace loopscope {

void Expander::set_macros(const std::vector<Macro>& macros) {
  for (const Macro& written : macros) {
    BuiltinMacro macro;
    macro.dialect = dialect_;
    for (const std::string& parameter : written.parameters) {
      macro.parameters.push_back({canonical_name(parameter), ""});
      for (size_t i = 0; i + 1 < macro.parameters.size(); i++)
        if (macro.parameters[i].name == macro.parameters.back().name)
          diagnostics_.push_back(diagnose(Code::duplicate_name, "the macro " + written.name + " has two parameters of the name " + parameter, written.span));
    }
    for (const Variable& v : written.variables) {
      // Parameters stand among the variables too, for when the macro is looked at alone.
      bool parameter = std::any_of(macro.parameters.begin(), macro.parameters.end(), [&](const MacroParameter& p) { return p.name == v.id; });
      if (v.definitions.empty() || parameter || v.id == "output") continue;
      const Definition& definition = v.definitions[0];
      MacroLine line{v.kind, v.id, definition.equation.text, {}, {}, definition.table, definition.initial.text};
      for (const SourceText& flow : v.inflows) line.inflows.push_back(canonical_name(flow.text));
      for (const SourceText& flow : v.outflows) line.outflows.push_back(canonical_name(flow.text));
      if (definition.net_flow.present()) {
        line.inflows.push_back(v.id + machinery_separator + "net_flow");
        macro.lines.push_back({VariableKind::Flow, line.inflows[0], definition.net_flow.text});
      }
      macro.lines.push_back(std::move(line));
    }
    // The macro's value is its equation, which may be the name of one of its variables.
    const Variable* same = nullptr;
    for (const Variable& v : written.variables)
      if (v.id == "output") same = &v;
    macro.lines.push_back({VariableKind::Auxiliary, "output", same && canonical_name(written.equation.text) == "output" && !same->definitions.empty()
                                                                  ? same->definitions[0].equation.text
                                                                  : written.equation.text, {}, {}});
    macros_.emplace(written.id, std::move(macro));
  }
}

// 0, or a variable that is 0 in all of its definitions.
bool Expander::is_nought(const Ast& from, AstId argument, const Scope& scope) const {
  uint32_t named = from.nodes[argument].kind == AstKind::Name ? find_bound(from.name_of(argument), scope) : none_id;
  if (named == none_id) return literal_number(from, argument) == 0.0;
  const Variable* written = system_.variables[named].written;
  return written && !written->definitions.empty() && std::all_of(written->definitions.begin(), written->definitions.end(), [&](const Definition& definition) {
    std::vector<ParseError> ignored;
    Ast tree = parse_equation(definition.equation.text, dialect_, ignored);
    return !tree.empty() && !definition.table && literal_number(tree, tree.root) == 0.0;
  });
}

// DEPRECIATE BY SCHEDULE(stream, schedule[first], initial[first], lifetime, first time): the parts of the schedule become arguments of their own.
AstId Expander::expand_schedule(const Ast& from, AstId node, Ast& out, const Scope& scope) {
  AstId schedule = from.child(node, 1);
  uint32_t count = from.nodes[schedule].count, variable = from.nodes[schedule].kind == AstKind::Name ? find_bound(from.name_of(schedule), scope) : none_id;
  std::optional<uint32_t> element;
  uint32_t dimension = none_id;
  if (variable != none_id && count && system_.variables[variable].dimensions.size() == count) {
    AstId last = from.child(schedule, count - 1);
    dimension = system_.variables[variable].dimensions.back();
    if (from.nodes[last].kind == AstKind::Name) element = system_.dimensions.element(dimension, from.name_of(last));
  }
  if (!element)
    return error(scope, from, schedule, Code::wrong_subscripts, "the schedule of DEPRECIATE BY SCHEDULE is an array over fiscal periods, with its first element, x[element]", out);
  uint32_t parts = system_.dimensions[dimension].size() - *element;
  if (parts > uint32_t(max_macro_order)) return error(scope, from, schedule, Code::input_too_large, "a schedule has at most " + std::to_string(max_macro_order) + " parts", out);
  if (!is_nought(from, from.child(node, 2), scope))
    return error(scope, from, from.child(node, 2), Code::unsupported_feature,
                 "what DEPRECIATE BY SCHEDULE depreciates of earlier investments must be 0 here: whether that is said a time unit or a fiscal period is not documented; add it in another equation", out);
  Ast call;
  std::vector<AstId> arguments;
  for (uint32_t i : {0, 3, 4}) arguments.push_back(call.copy(from, from.child(node, i)));
  for (uint32_t i = 0; i < parts; i++) {
    arguments.push_back(call.copy(from, schedule));
    call.rename(call.child(arguments.back(), count - 1), system_.dimensions[dimension].elements[*element + i]);
  }
  call.root = call.add_call(from.like(node), from.name_of(node), arguments);
  return expand_macro(call, call.root, out, scope, builtin_macro("depreciate_by_schedule", int(parts), false), "depreciate_by_schedule", -1);
}

// Ages in a queue follow from its content and from what its equation says of flows and initial content, so those become arguments.
AstId Expander::expand_queue_age(const Ast& from, AstId node, Ast& out, const Scope& scope, const std::string& name) {
  AstId queue = from.child(node, 0);
  uint32_t variable = from.nodes[queue].kind == AstKind::Name ? find_bound(from.name_of(queue), scope) : none_id;
  Ast equation;
  if (variable != none_id) equation = only_equation(variable);
  if (equation.empty() || equation.nodes[equation.root].kind != AstKind::Call || equation.name_of(equation.root) != "queue_fifo" || equation.nodes[equation.root].count != 5)
    return error(scope, from, queue, Code::bad_argument, from.name_of(node) + " needs the name of a variable whose whole equation is QUEUE FIFO, one for all of its elements", out);
  const EquationVariable& v = system_.variables[variable];
  bool same = v.scope == system_.variables[scope.owner].scope && (from.nodes[queue].count == 0 || from.nodes[queue].count == v.dimensions.size());
  for (uint32_t i = 0; same && i < v.dimensions.size(); i++) {
    same = std::find(scope.loops->begin(), scope.loops->end(), v.dimensions[i]) != scope.loops->end();
    if (from.nodes[queue].count) {
      AstId subscript = from.child(queue, i);
      same &= from.nodes[subscript].kind == AstKind::Name && system_.dimensions.find(from.name_of(subscript)) == v.dimensions[i];
    }
  }
  if (!same) return error(scope, from, queue, Code::unsupported_feature, from.name_of(node) + " is asked of a queue of the same model and, where it is an array, for each of its elements in an equation over its dimensions; make that a variable", out);
  Ast call;
  std::vector<AstId> arguments{call.copy(from, queue)};
  for (uint32_t i = 0; i < 5; i++) arguments.push_back(call.copy(equation, equation.child(equation.root, i)));
  for (uint32_t i = 1; i < from.nodes[node].count; i++) arguments.push_back(call.copy(from, from.child(node, i)));
  call.root = call.add_call(from.like(node), from.name_of(node), arguments);
  return expand_macro(call, call.root, out, scope, builtin_macro(name, 1, false), name, -1);
}

AstId Expander::expand_builtin_macro(const Ast& from, AstId node, Ast& out, const Scope& scope, const Builtin& builtin) {
  std::string name = builtin.form;
  if (name == "depreciate_by_schedule") return expand_schedule(from, node, out, scope);
  if (name.find("queue_age") == 0) return expand_queue_age(from, node, out, scope, name);
  if (name == "delay_conveyor" || name == "random_lookup" || name == "queue_fifo" || name == "delay_profile") {
    AstId density = from.child(node, name == "delay_conveyor" ? 3 : name == "queue_fifo" ? 2 : 0);
    if (!has_table(from, density, scope)) return error(scope, from, density, Code::not_a_table, "the profile of " + from.name_of(node) + " must be the name of a graphical function", out);
    for (const EquationDefinition& definition : system_.variables[find_bound(from.name_of(density), scope)].definitions) {
      if (definition.table < 0) continue;
      const ProgramTable& table = system_.tables[size_t(definition.table)];
      bool fits = std::none_of(table.y.begin(), table.y.end(), [](double y) { return y < 0; }) && std::any_of(table.y.begin(), table.y.end(), [](double y) { return y > 0; });
      if (!fits || table.x.size() < 2 || (name == "delay_profile" && table.x[0] < 0))
        return error(scope, from, density, Code::bad_argument, "the profile of " + from.name_of(node) + " needs values that are not negative nor all 0" + (name == "delay_profile" ? ", at times from 0 on" : ""), out);
    }
  }
  if (name == "delay_profile" && value_at_start(from, from.child(node, 4), system_.variables[scope.owner].scope) != 0.0)
    return error(scope, from, from.child(node, 4), Code::unsupported_feature, "how DELAY PROFILE grows what came before the start is not documented; give it a growth of 0", out);
  if (name == "queue_fifo" && is_runge_kutta(system_.specs.method)) name = "queue_held";
  int order = 1, order_argument = macro_order_argument(name);
  if (order_argument >= 0) {
    // The order is structure: what it is at the start, it stays.
    AstId argument = from.child(node, uint32_t(order_argument));
    auto literal = value_at_start(from, argument, system_.variables[scope.owner].scope);
    if (!literal)
      return error(scope, from, argument, Code::not_constant,
                   "the order of " + from.name_of(node) + " must be known at the start: a number, or an expression on constants and TIME", out);
    if (!(*literal >= 1 && *literal <= max_macro_order))
      return error(scope, from, argument, Code::bad_argument,
                   "the order of " + from.name_of(node) + " must be from 1 to " + std::to_string(max_macro_order), out);
    order = int(*literal);
  }
  AstId output = expand_macro(from, node, out, scope, builtin_macro(name, order, system_.vensim_made || name == "delay_n"), name, order_argument);
  if (name == "sinteg") {
    std::vector<double> limits;
    for (uint32_t i = 2; i < 7; i++) {
      auto limit = value_at_start(from, from.child(node, i), system_.variables[scope.owner].scope);
      if (!limit) return error(scope, from, from.child(node, i), Code::not_constant, "the limits of SINTEG must be numbers, constants or :NA:", out);
      limits.push_back(*limit);
    }
    auto made = system_.index.find(out.name_of(output));
    if (made != system_.index.end()) system_.variables[made->second].limits = std::move(limits);
  }
  return output;
}

// The instance: hidden variables for arguments that are expressions and for the body, all over the loops of the equation that calls.
AstId Expander::expand_macro(const Ast& from, AstId node, Ast& out, const Scope& scope, const BuiltinMacro& macro, const std::string& name, int skipped) {
  const AstNode& n = from.nodes[node];
  constexpr int deepest = 50;
  if (macro_depth_ >= deepest) return error(scope, from, node, Code::macro_recursion, "the macro " + name + " calls itself, or macros are nested over 50 deep", out);
  constexpr uint32_t most_instances = 100'000;  // macros that call others twice double and double
  if (++instances_ > most_instances) {
    if (instances_ > most_instances + 1) return out.add_number(0, n.offset, n.length);  // said once
    return error(scope, from, node, Code::input_too_large, "with its macros written out this model calls more than 100,000 of them", out);
  }
  uint32_t instance = scope.macro;
  if (instance == none_id) {
    instance = uint32_t(system_.macros.size());
    system_.macros.push_back({name, none_id});
  }
  Scope outside = scope;
  outside.macro = instance;
  std::unordered_map<std::string, std::pair<Ast, AstId>> bindings;
  uint32_t given = 0;
  for (const MacroParameter& parameter : macro.parameters) {
    if (int(given) == skipped) given++;
    Ast bound;
    if (given < n.count) {
      AstId argument = from.child(node, given++);
      auto literal = literal_number(from, argument);
      uint32_t named = from.nodes[argument].kind == AstKind::Name ? find_bound(from.name_of(argument), scope) : none_id;
      if (literal) bound.root = bound.add_number(*literal);
      else if (named != none_id && system_.variables[named].kind == VariableKind::Table) bound.root = bound.add_name(system_.variables[named].id);  // to be looked up in
      else bound.root = name_of_argument(from, argument, bound, outside, parameter.name.c_str());
      // Its variables run over the equation's loops: what the reducer passes they cannot tell apart.
      bool passed = scope.reduced && !scope.loops->empty();
      if (passed && std::any_of(bound.nodes.begin(), bound.nodes.end(), [](const AstNode& node) { return node.kind == AstKind::Wildcard || node.kind == AstKind::Range; }))
        return error(scope, from, argument, Code::unsupported_feature, "a whole axis is given to " + name + " inside a reducer, in an equation over dimensions; give it a variable of its own", out);
    } else {
      std::vector<ParseError> ignored;
      Ast fallback = parse_equation(parameter.fallback, Dialect::Xmile, ignored);
      Scope inner{scope.owner, scope.self, nullptr, instance, scope.loops, &bindings};
      bound.root = expand(fallback, fallback.root, bound, inner, false);
    }
    AstId root = bound.root;
    bindings.emplace(parameter.name, std::make_pair(std::move(bound), root));
  }
  std::vector<uint32_t> variables;
  std::string stem = name + machinery_separator;
  for (const MacroLine& line : macro.lines) {
    uint32_t v = add_hidden(outside, line.name == "output" ? name : stem + line.name, line.kind);
    variables.push_back(v);
    if (line.table) system_.variables[v].definitions[0].table = add_table(system_, system_.variables[v].id, *line.table);
    Ast local;
    local.root = add_reference(local, v, AstNode{});
    bindings.emplace(line.name, std::make_pair(local, local.root));
  }
  uint32_t output = none_id;
  macro_depth_++;
  for (size_t i = 0; i < macro.lines.size(); i++) {
    const MacroLine& line = macro.lines[i];
    if (line.kind == VariableKind::Table) continue;
    std::vector<ParseError> errors;
    Scope inner{scope.owner, variables[i], nullptr, instance, scope.loops, &bindings};
    auto expanded = [&](const std::string& text) {
      Ast body = parse_equation(text, macro.dialect, errors), equation;
      if (!body.empty()) equation.root = expand(body, body.root, equation, inner, true);
      return equation;
    };
    Ast equation = expanded(line.equation), initial = line.initial.empty() ? Ast() : expanded(line.initial);
    for (const ParseError& e : errors) report(scope.owner, e.code, nullptr, 0, 0, "in the macro " + name + ", " + line.name + ": " + e.message);
    EquationVariable& v = system_.variables[variables[i]];
    v.definitions[0].equation = std::move(equation);
    v.definitions[0].initial = std::move(initial);
    auto flows = [&](const std::vector<std::string>& names, std::vector<uint32_t>& list) {
      for (const std::string& flow : names) {
        auto bound = bindings.find(flow);
        uint32_t id = none_id;
        if (bound != bindings.end() && bound->second.first.nodes[bound->second.second].kind == AstKind::Name) {
          auto known = system_.index.find(bound->second.first.name_of(bound->second.second));
          if (known != system_.index.end()) id = known->second;
        }
        if (id == none_id) report(scope.owner, Code::unknown_flow, nullptr, 0, 0, "in the macro " + name + " the flow " + flow + " of " + line.name + " is missing");
        else list.push_back(id);
      }
    };
    flows(line.inflows, v.inflows);
    flows(line.outflows, v.outflows);
    if (line.name == "output") output = variables[i];
  }
  macro_depth_--;
  if (scope.macro == none_id) system_.macros[instance].output = output;
  return add_reference(out, output, n);
}

}  // namespace loopscope
