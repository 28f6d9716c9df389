#include "semantics/equations.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "model/names.h"
#include "semantics/connections.h"
#include "semantics/expand.h"
#include "semantics/external_definitions.h"
#include "support/json.h"
#include "syntax/net_flow.h"

namespace loopscope {

namespace {

constexpr double max_steps = 4e9;

// True if x can be indexed without a search.
double uniform_step(const std::vector<double>& x) {
  if (x.size() < 3) return 0;
  double dx = (x.back() - x.front()) / double(x.size() - 1);
  if (!(dx > 0) || !std::isfinite(dx)) return 0;
  for (size_t i = 0; i < x.size(); i++)
    if (std::fabs(x[i] - (x.front() + double(i) * dx)) > 1e-9 * dx * double(x.size())) return 0;
  return dx;
}

struct SystemBuilder : InstanceVisitor {
  const Project& project;
  const CompileOptions& options;
  std::vector<Diagnostic>& diagnostics;
  EquationSystem system;
  LineIndex lines;
  ExternalDefinitions external;
  const Connections* connected = nullptr;
  std::optional<double> latest;  // that FINAL TIME can say, where it depends on the run

  SystemBuilder(const Project& p, const CompileOptions& o, std::vector<Diagnostic>& d)
      : project(p), options(o), diagnostics(d), lines(p.source), external(system, lines, o.data, p.dialect, d) {}

  void specs_error(Code code, std::string message) {
    diagnostics.push_back(diagnose(code, std::move(message), project.specs.span));
  }

  void specs() {
    SimSpecs& s = system.specs;
    s = project.specs;
    for (const ComputedControl& computed : project.specs.computed) control(computed.control) = std::nan("");  // until it is known
    for (const ComputedControl& computed : project.specs.computed) compute(computed);
    // Where nothing is known of it, room is made later (make_room).
    if (system.final_time != none_id) s.stop = latest && std::isfinite(*latest) ? std::max(s.start, *latest) : s.start;
    if (options.start) s.start = *options.start;
    if (options.stop) s.stop = *options.stop;
    system.stop_given = options.stop.has_value();
    if (options.dt) s.dt = *options.dt;
    if (options.save_interval) s.save_interval = options.save_interval;
    if (options.method) s.method = *options.method;
    system.time_units = s.time_units;
    if (!std::isfinite(s.start) || !std::isfinite(s.stop))
      return specs_error(Code::bad_sim_specs, "the start and stop times must be finite numbers");
    if (!(s.dt > 0) || !std::isfinite(s.dt))
      return specs_error(Code::bad_sim_specs, "dt is " + format_number(s.dt) + "; it must be a number greater than 0");
    if (s.stop < s.start)
      return specs_error(Code::bad_sim_specs, "the stop time " + format_number(s.stop) + " is before the start time " + format_number(s.start));
    double steps = std::floor((s.stop - s.start) / s.dt + 1e-6);
    if (is_open()) steps = std::min(steps, max_steps);
    if (!(steps <= max_steps))
      return specs_error(Code::too_many_steps, "from " + format_number(s.start) + " to " + format_number(s.stop) + " by " + format_number(s.dt) +
                                                   " is more than 4,000,000,000 steps; raise dt");
    if (s.start + s.dt == s.start)
      return specs_error(Code::bad_sim_specs, "dt is too small against the start time: time would not advance");
    system.steps = uint32_t(steps);
    save_interval();
  }

  // Is it for the run to say when it ends?
  bool is_open() const { return system.final_time != none_id && !options.stop; }

  // A time that Vensim's file computes from constants.
  void compute(const ComputedControl& computed) {
    std::vector<ParseError> errors;
    Ast ast = parse_equation(computed.equation.text, project.dialect, errors);
    Expander expander(system, project.dialect, lines, diagnostics);
    auto value = ast.empty() ? std::nullopt : expander.constant_value(ast, ast.root, "");
    if (value && std::isfinite(*value)) return void(control(computed.control) = *value);
    if (computed.control == TimeControl::Stop && !value) return end_by_equation(computed, ast, expander);
    diagnostics.push_back(diagnose(Code::bad_sim_specs, "this must be a number, or an expression on constants: the times of a run but its end are known before it", computed.equation.span));
  }

  // A FINAL TIME that depends on the run is a variable; each step it is asked whether this is the end.
  void end_by_equation(const ComputedControl& computed, const Ast& ast, const Expander& expander) {
    auto variable = std::make_unique<Variable>();
    variable->name = "FINAL TIME";
    variable->id = canonical_name(variable->name);
    variable->units = project.specs.time_units;
    variable->span = computed.equation.span;
    variable->definitions.emplace_back().equation = computed.equation;
    if (!ast.empty()) latest = expander.latest_time(ast, ast.root);
    if (system.index.count(variable->id)) return error(*variable, Code::duplicate_name, {}, "the model has a variable FINAL TIME besides");
    system.final_time = uint32_t(system.variables.size());
    declare(*variable, "");
    system.final_equation = std::move(variable);
  }
  double& control(TimeControl which) {
    SimSpecs& s = system.specs;
    switch (which) {
      case TimeControl::Start: return s.start;
      case TimeControl::Stop: return s.stop;
      case TimeControl::Dt: return s.dt;
      default: return s.save_interval.emplace(s.save_interval.value_or(s.dt));
    }
  }

  // Steps are counted in integers, so a save interval is a whole number of them.
  void save_interval() {
    SimSpecs& s = system.specs;
    double interval = s.save_interval.value_or(s.dt);
    if (!(interval > 0) || !std::isfinite(interval))
      return specs_error(Code::bad_sim_specs, "the save interval is " + format_number(interval) + "; it must be a number greater than 0");
    double every = std::round(interval / s.dt);
    if (every < 1) every = 1;
    if (std::fabs(every * s.dt - interval) > 1e-6 * interval)
      specs_error(Code::adjusted_sim_specs, "the save interval " + format_number(interval) + " is not a multiple of dt " + format_number(s.dt) +
                                                "; results are saved every " + format_number(every * s.dt));
    if (!is_open() && every > system.steps) every = system.steps ? system.steps : 1;
    every = std::min(every, max_steps);
    system.save_every = uint32_t(every);
    s.save_interval = every * s.dt;
  }

  void error(const Variable& v, Code code, Span span, std::string message) {
    diagnostics.push_back(diagnose(code, std::move(message), span.known() ? span : v.span, v.name));
  }

  // Converters write elements that the dimension does not have; they say nothing about those it has.
  void left_out(const Variable& v, Span span, std::string message) {
    Diagnostic d = diagnose(Code::unknown_subscript, std::move(message) + "; the equation is left out", span, v.name);
    d.severity = Severity::Warning;
    diagnostics.push_back(std::move(d));
  }

  bool reserved(const std::string& id) const {
    if (project.dialect == Dialect::Vensim) return id == "time";
    for (const char* word : {"time", "dt", "starttime", "stoptime", "self", "if", "then", "else", "and", "or", "not"})
      if (id == word) return true;
    return false;
  }

  void macro_constructs() {
    for (const Macro& macro : project.macros)
      for (const Variable& v : macro.variables)
        for (const std::string& what : v.unsupported) error(v, Code::unsupported_feature, {}, what + " in the macro " + macro.name + " is not simulated yet");
  }

  void module_error(const Variable& module, Code code, std::string message) override { error(module, code, {}, std::move(message)); }

  void declare(const DimensionDeclaration& d) {
    constexpr uint32_t longest = 1'000'000;
    if (d.external.present()) return system.dimensions.declare(external.elements(d));
    if (d.size <= longest) return system.dimensions.declare(d);
    diagnostics.push_back(diagnose(Code::input_too_large, "the dimension " + d.name + " has more than 1,000,000 elements", d.span));
    DimensionDeclaration none = d;
    none.size = 0;
    system.dimensions.declare(none);
  }

  void check_mappings() {
    auto say = [&](const DimensionDeclaration& d, Code code, std::string message) {
      Diagnostic warning = diagnose(code, std::move(message), d.span);
      warning.severity = Severity::Warning;  // an error wherever the mapping is used
      diagnostics.push_back(std::move(warning));
    };
    const Dimensions& dimensions = system.dimensions;
    auto is_part = [&](uint32_t part, uint32_t of) {
      const auto& names = dimensions[part].elements;
      return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return dimensions.element(of, name).has_value(); });
    };
    for (const DimensionDeclaration& d : project.dimensions)
      for (const auto& [name, elements] : d.maps_to) {
        uint32_t to = dimensions.find(canonical_name(name)), from = dimensions.find(d.id);
        if (to == none_id) {
          say(d, Code::unknown_dimension, "the dimension " + d.name + " maps to " + name + ", which the file does not define");
          continue;
        }
        if (from == none_id) continue;
        std::string sizes = std::to_string(dimensions[from].size()) + " and ";
        if (elements.empty() && dimensions[from].size() != dimensions[to].size() && !is_part(from, to))
          say(d, Code::wrong_subscripts, "the dimensions " + d.name + " and " + name + " have " + sizes + std::to_string(dimensions[to].size()) + " elements and cannot be mapped one to one");
        if (!elements.empty() && elements.size() != dimensions[from].size())
          say(d, Code::wrong_subscripts, "the dimension " + d.name + " and the list of what it maps to in " + name + " have " + sizes + std::to_string(elements.size()) + " elements; give each one");
        for (const std::string& element : elements) {
          std::string id = canonical_name(element);
          uint32_t part = dimensions.find(id);
          if (!id.empty() && !dimensions.element(to, id) && (part == none_id || !is_part(part, to)))
            say(d, Code::unknown_subscript, "the dimension " + d.name + " maps to " + element + ", which is neither an element nor a part of " + name);
        }
      }
  }

  void declare(const Variable& written, const std::string& scope) override {
    EquationVariable v;
    v.id = scoped_name(scope, written.id);
    v.name = scope.empty() ? written.name : scope + written.name;
    v.scope = scope;
    v.units = written.units;
    v.kind = written.kind;
    v.non_negative = written.non_negative;
    v.written = &written;
    if (reserved(written.id)) error(written, Code::reserved_name, {}, "the name " + written.id + " is reserved by the equation language; rename the variable");
    for (const std::string& what : written.unsupported)
      error(written, Code::unsupported_feature, {}, what + " is not simulated yet");
    for (const std::string& name : written.dimensions) {
      uint32_t d = system.dimensions.find(canonical_name(name));
      if (d != none_id) v.dimensions.push_back(d);
      else error(written, Code::unknown_dimension, {}, "the dimension " + name + " is not defined in the file");
      v.shapeless |= d == none_id;
    }
    constexpr uint64_t most_elements = 10'000'000;
    uint64_t elements = 1;
    for (uint32_t d : v.dimensions) elements = std::min(elements * system.dimensions[d].size(), most_elements + 1);
    if (elements > most_elements) {
      error(written, Code::input_too_large, {}, "this array has more than 10,000,000 elements");
      v.dimensions.clear();
      v.shapeless = true;
    }
    if (v.dimensions.size() == written.dimensions.size() && elements <= most_elements)
      for (const Definition& d : written.definitions) definition(v, written, d);
    if (system.index.emplace(v.id, uint32_t(system.variables.size())).second) system.variables.push_back(std::move(v));
  }

  void definition(EquationVariable& v, const Variable& written, const Definition& d) {
    EquationDefinition out;
    out.text = &d.equation;
    std::string wrong = place_definition(system, v, d.subscripts, out);
    if (!d.subscripts.empty() && d.subscripts.size() != v.dimensions.size()) return error(written, Code::wrong_subscripts, d.equation.span, std::move(wrong));
    if (!wrong.empty()) return left_out(written, d.equation.span, std::move(wrong));
    for (const std::vector<std::string>& part : d.except)
      if (!add_exception(v, written, d, part, out)) return;
    if (d.table) out.table = add_table(system, v.id, *d.table);
    if (external.define(v, written, d, out)) return;
    v.definitions.push_back(std::move(out));
  }

  bool add_exception(const EquationVariable& v, const Variable& written, const Definition& d, const std::vector<std::string>& part, EquationDefinition& out) {
    if (part.size() != v.dimensions.size())
      return error(written, Code::wrong_subscripts, d.equation.span, "the exception has " + std::to_string(part.size()) + " subscripts, the variable " + std::to_string(v.dimensions.size())), false;
    out.except.emplace_back();
    for (size_t a = 0; a < part.size(); a++) {
      std::string name = canonical_name(part[a]);
      std::vector<bool> excepted(system.dimensions[v.dimensions[a]].size());
      uint32_t range = system.dimensions.find(name);
      auto element = system.dimensions.element(v.dimensions[a], name);
      if (element) excepted[*element] = true;
      else if (range == none_id) return error(written, Code::unknown_subscript, d.equation.span, part[a] + " is no element of the dimension " + system.dimensions[v.dimensions[a]].name), false;
      else for (const std::string& each : system.dimensions[range].elements)  // those that the variable has
        if (auto at = system.dimensions.element(v.dimensions[a], each)) excepted[*at] = true;
      out.except.back().push_back(std::move(excepted));
    }
    return true;
  }

  void equation(uint32_t index, Expander& expander) {
    const Variable* written = system.variables[index].written;
    if (system.variables[index].kind == VariableKind::Table || written->kind == VariableKind::Module) return;
    if (connected->whole(system.variables[index].id)) return;  // has its source's value
    bool stock = written->kind == VariableKind::Stock;
    if (written->definitions.empty() && system.variables[index].definitions.empty()) return error(*written, Code::empty_equation, {}, stock ? "this stock has no initial value" : "this variable has no equation");
    // Definitions that had errors were left out: those that remain are in the order of the written ones.
    size_t i = 0;
    auto is_of = [&](const Definition& d) { return i < system.variables[index].definitions.size() && system.variables[index].definitions[i].text == &d.equation; };
    for (const Definition& d : written->definitions) {
      for (; is_of(d) && system.variables[index].definitions[i].external; i++) {}
      if (!is_of(d)) continue;
      std::vector<uint32_t> loops = system.variables[index].definitions[i].loops;
      if (!d.equation.present()) {
        if (stock || !d.table) error(*written, Code::empty_equation, d.equation.span, stock ? "this stock has no initial value" : "this variable has no equation");
      } else {
        Ast equation = expander.expand_text(index, d.equation, loops);
        system.variables[index].definitions[i].equation = std::move(equation);
      }
      if (d.initial.present()) {
        Ast initial = expander.expand_text(index, d.initial, loops);
        system.variables[index].definitions[i].initial = std::move(initial);
      }
      i++;
    }
  }

  // What Vensim's INTEG adds up: flows, where it is a sum of variables over the stock's own elements; else a hidden flow.
  void net_flows(uint32_t index, Expander& expander) {
    const Variable& written = *system.variables[index].written;
    std::vector<const Definition*> definitions;  // that were not left out
    for (const Definition& d : written.definitions)
      if (definitions.size() < system.variables[index].definitions.size() && system.variables[index].definitions[definitions.size()].text == &d.equation) definitions.push_back(&d);
    if (definitions.empty() || !definitions[0]->net_flow.present()) return;
    std::optional<std::vector<std::pair<uint32_t, bool>>> terms;
    for (const Definition* d : definitions) {
      auto these = named_flows(index, *d, expander);
      if (!these || (terms && *terms != *these)) return expander.add_net_flow(index, definitions);
      terms = std::move(these);
    }
    for (auto [flow, minus] : *terms) {
      system.variables[flow].kind = VariableKind::Flow;
      (minus ? system.variables[index].outflows : system.variables[index].inflows).push_back(flow);
    }
  }

  // The terms of the net flow, each with whether it is subtracted.
  std::optional<std::vector<std::pair<uint32_t, bool>>> named_flows(uint32_t index, const Definition& d, const Expander& expander) const {
    std::vector<ParseError> ignored;
    const EquationVariable& stock = system.variables[index];
    Ast ast = parse_equation(d.net_flow.text, project.dialect, ignored);
    auto names = ast.empty() ? std::nullopt : flows_of(ast, ast.root);
    if (!names) return std::nullopt;
    std::vector<std::pair<uint32_t, bool>> out;
    for (const SignedName& term : *names) {
      uint32_t flow = expander.find_variable(ast.name_of(term.name), stock.scope);
      if (flow == none_id) return std::nullopt;
      const EquationVariable& v = system.variables[flow];
      bool fits = (v.kind == VariableKind::Auxiliary || v.kind == VariableKind::Flow) && v.dimensions == stock.dimensions && ast.nodes[term.name].count == stock.dimensions.size();
      for (uint32_t a = 0; fits && a < stock.dimensions.size(); a++) {
        AstId subscript = ast.child(term.name, a);
        const std::string own = canonical_name(d.subscripts.empty() ? system.dimensions[stock.dimensions[a]].name : d.subscripts[a]);
        fits = ast.nodes[subscript].kind == AstKind::Name && ast.name_of(subscript) == own;
      }
      if (!fits) return std::nullopt;
      out.emplace_back(flow, term.minus);
    }
    return out;
  }

  void flows(uint32_t index, const std::vector<SourceText>& names, bool in) {
    const Variable& written = *system.variables[index].written;
    std::vector<uint32_t>& list = in ? system.variables[index].inflows : system.variables[index].outflows;
    std::unordered_set<uint32_t> listed;
    for (const SourceText& text : names) {
      std::string id = canonical_name(text.text);
      auto it = system.index.find(scoped_name(system.variables[index].scope, id));
      if (it == system.index.end()) {
        error(written, Code::unknown_flow, text.span, "the flow " + id + " is not in the model");
      } else if (system.variables[it->second].kind != VariableKind::Flow && system.variables[it->second].kind != VariableKind::Auxiliary) {
        // Converters write flows as auxiliaries; anything else cannot be one.
        error(written, Code::not_a_flow, text.span, id + " is not a flow");
      } else if (!listed.insert(it->second).second) {
        error(written, Code::duplicate_flow, text.span, "the flow " + id + " is listed twice");
      } else {
        list.push_back(it->second);
      }
    }
  }
  EquationSystem run() {
    system.name = project.name;
    system.calendar = vensim_calendar(project.settings);
    system.vensim_made = project.vensim_made || project.dialect == Dialect::Vensim;
    bool computed = !project.specs.computed.empty();  // from variables
    if (!computed) specs();
    if (project.models.empty()) {
      diagnostics.push_back(diagnose(Code::no_model, "the file holds no model"));
      return std::move(system);
    }
    for (const DimensionDeclaration& d : project.dimensions) declare(d);
    check_mappings();
    macro_constructs();
    std::vector<Connection> written_connections = visit_instances(project, *this);
    Connections connections(project, system, diagnostics);
    connections.make(written_connections);
    connected = &connections;
    if (computed) specs();
    Expander expander(system, project.dialect, lines, diagnostics);
    expander.set_macros(project.macros);
    expander.set_connected(connections.inputs());
    uint32_t written = uint32_t(system.variables.size());
    for (uint32_t i = 0; i < written; i++) {
      equation(i, expander);
      if (system.variables[i].kind == VariableKind::Stock) {
        net_flows(i, expander);
        flows(i, system.variables[i].written->inflows, true);
        flows(i, system.variables[i].written->outflows, false);
      }
    }
    mark_faulty();
    return std::move(system);
  }

  // What has errors, by its name in the diagnostics, and what its equations made.
  void mark_faulty() {
    std::unordered_set<std::string> names;
    for (const Diagnostic& d : diagnostics)
      if (d.severity == Severity::Error) names.insert(d.variable);
    for (EquationVariable& v : system.variables)
      v.faulty = v.shapeless || (v.owner != none_id ? system.variables[v.owner].faulty : names.count(v.name) || (v.written && names.count(v.written->name)));
  }
};

}  // namespace

ElementWalk::ElementWalk(const Dimensions& dimensions, const EquationVariable& v, const EquationDefinition& d)
    : place(d.target.size()), at(d.loops.size(), 0), dimensions_(dimensions), v_(v), d_(d) {}

bool ElementWalk::excepted() const {
  for (const std::vector<std::vector<bool>>& part : d_.except) {
    size_t a = 0;
    while (a < place.size() && part[a][place[a]]) a++;
    if (a == place.size()) return true;
  }
  return false;
}

bool ElementWalk::next() {
  do {
    if (begun_) {
      size_t l = at.size();
      while (l > 0 && ++at[l - 1] == dimensions_[d_.loops[l - 1]].size()) at[--l] = 0;
      if (l == 0) return false;
      number++;
    } else {
      begun_ = true;
      for (uint32_t loop : d_.loops)
        if (dimensions_[loop].size() == 0) return false;
    }
    element = 0;
    for (size_t a = 0; a < place.size(); a++) {
      const TargetAxis& axis = d_.target[a];
      place[a] = axis.loop == none_id ? axis.element : axis.map.empty() ? at[axis.loop] : axis.map[at[axis.loop]];
      element = element * dimensions_[v_.dimensions[a]].size() + place[a];
    }
  } while (excepted());
  return true;
}

bool names_axis(const EquationSystem& system, const std::string& name, uint32_t dimension) {
  return system.dimensions.element(dimension, name) || system.dimensions.find(name) != none_id;
}

std::string place_definition(const EquationSystem& system, const EquationVariable& v, const std::vector<std::string>& subscripts, EquationDefinition& out) {
  if (!subscripts.empty() && subscripts.size() != v.dimensions.size())
    return "subscripts of an element: " + std::to_string(subscripts.size()) + "; dimensions of the variable: " + std::to_string(v.dimensions.size());
  for (uint32_t i = 0; i < v.dimensions.size(); i++) {
    TargetAxis axis;
    std::string name = subscripts.empty() ? "*" : canonical_name(subscripts[i]);
    auto element = subscripts.empty() ? std::nullopt : system.dimensions.element(v.dimensions[i], name);
    uint32_t loop = element ? none_id : name == "*" ? v.dimensions[i] : system.dimensions.find(name);
    auto map = loop == none_id || loop == v.dimensions[i] ? std::nullopt : system.dimensions.mapping(loop, v.dimensions[i]);
    if (map && std::unordered_set<uint32_t>(map->begin(), map->end()).size() < map->size()) map.reset();  // would set an element twice
    if (element) axis.element = *element;
    else if (loop == none_id || (loop != v.dimensions[i] && !map))
      return (name.empty() ? "an empty subscript" : name) + " is no element of the dimension " + system.dimensions[v.dimensions[i]].name;
    else {
      axis.loop = uint32_t(out.loops.size());
      out.loops.push_back(loop);
      if (map) axis.map = *map;
    }
    out.target.push_back(std::move(axis));
  }
  return "";
}

bool is_reducer(const Ast& ast, AstId node) {
  const Builtin* builtin = ast.nodes[node].kind == AstKind::Call ? find_builtin(ast.name_of(node)) : nullptr;
  if (!builtin) return false;
  if (builtin->kind == BuiltinKind::Special) return builtin->special() == BuiltinSpecial::VectorSelect || builtin->special() == BuiltinSpecial::MarketPrice;
  return builtin->kind == BuiltinKind::Reducer || (builtin->kind == BuiltinKind::Fold && ast.nodes[node].count == 1);
}

int32_t add_table(EquationSystem& system, const std::string& id, const GraphicalFunction& gf) {
  if (gf.y.empty() || gf.x.size() != gf.y.size()) return -1;
  system.tables.push_back({id, gf.kind, uniform_step(gf.x), gf.x, gf.y});
  return int32_t(system.tables.size() - 1);
}

EquationSystem build_equations(const Project& project, const CompileOptions& options, std::vector<Diagnostic>& diagnostics) {
  return SystemBuilder(project, options, diagnostics).run();
}

namespace {
const char* kind_name(VariableKind kind) {
  constexpr const char* names[] = {"stock", "flow", "auxiliary", "table", "module"};
  return names[int(kind)];
}
}  // namespace

namespace {
std::string dimension_names(const EquationSystem& system, const EquationVariable& v) {
  std::string out;
  for (uint32_t d : v.dimensions) out += (out.empty() ? "" : ",") + system.dimensions[d].id;
  return out;
}
std::string target_text(const EquationSystem& system, const EquationVariable& v, const EquationDefinition& d) {
  std::string out;
  for (size_t i = 0; i < d.target.size(); i++) {
    const TargetAxis& axis = d.target[i];
    out += i ? "," : "[";
    out += axis.loop == none_id ? system.dimensions[v.dimensions[i]].elements[axis.element] : system.dimensions[d.loops[axis.loop]].id;
  }
  return out + "]";
}
}  // namespace

std::string dump_ast(const Project& project) {
  std::string out;
  if (project.models.empty()) return out;
  for (const Variable& v : project.models[0].variables)
    for (const Definition& d : v.definitions)
      for (const SourceText* text : {&d.equation, &d.initial}) {
        if (!text->present()) continue;
        std::vector<ParseError> errors;
        Ast ast = parse_equation(text->text, project.dialect, errors);
        out += v.id + (text == &d.initial ? " (initial)" : "") + ": ";
        out += errors.empty() ? print_ast(ast, ast.root) : std::string("error: ") + errors[0].message;
        out += "\n";
      }
  return out;
}

std::string dump_equations(const EquationSystem& system) {
  std::string out;
  const SimSpecs& s = system.specs;
  out += "time " + format_number(s.start) + " to " + (system.final_time == none_id ? "" : "FINAL TIME, known to be up to ") + format_number(s.stop) + " by " + format_number(s.dt) + ", " + std::to_string(system.steps) +
         " steps, saved every " + std::to_string(system.save_every) + "\n";
  for (const EquationVariable& v : system.variables) {
    out += std::string(kind_name(v.kind)) + " " + v.id + (v.initial_only ? " (initial)" : "");
    if (v.macro != none_id) out += " {macro " + std::to_string(v.macro) + " " + system.macros[v.macro].name + "}";
    bool several = v.definitions.size() > 1;
    if (!several && !v.dimensions.empty()) out += "[" + dimension_names(system, v) + "]";
    for (const EquationDefinition& d : v.definitions) {
      if (several) out += "\n  " + target_text(system, v, d);
      out += v.kind == VariableKind::Stock ? " init " : " = ";
      std::string text = print_ast(d.equation, d.equation.root);
      out += d.table >= 0 && v.kind != VariableKind::Table ? "graph(" + text + ")" : text;
      if (!d.initial.empty()) out += " init " + print_ast(d.initial, d.initial.root);
    }
    for (uint32_t flow : v.inflows) out += " + " + system.variables[flow].id;
    for (uint32_t flow : v.outflows) out += " - " + system.variables[flow].id;
    if (v.non_negative) out += " non-negative";
    out += "\n";
  }
  return out;
}

}  // namespace loopscope
