#include "semantics/equations.h"

#include <algorithm>
#include <cmath>

#include "model/names.h"
#include "semantics/expand.h"
#include "support/json.h"

namespace loopscope {

namespace {

constexpr double max_steps = 4e9;

struct SystemBuilder {
  const Project& project;
  const CompileOptions& options;
  std::vector<Diagnostic>& diagnostics;
  EquationSystem system;
  LineIndex lines;

  SystemBuilder(const Project& p, const CompileOptions& o, std::vector<Diagnostic>& d)
      : project(p), options(o), diagnostics(d), lines(p.source) {}

  void specs_error(Code code, std::string message) {
    diagnostics.push_back(diagnose(code, std::move(message), project.specs.span));
  }

  void specs() {
    SimSpecs& s = system.specs;
    s = project.specs;
    if (options.start) s.start = *options.start;
    if (options.stop) s.stop = *options.stop;
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
    if (!(steps <= max_steps))
      return specs_error(Code::too_many_steps, "from " + format_number(s.start) + " to " + format_number(s.stop) + " by " + format_number(s.dt) +
                                                   " is more than 4,000,000,000 steps; raise dt");
    if (s.start + s.dt == s.start)
      return specs_error(Code::bad_sim_specs, "dt is too small against the start time: time would not advance");
    system.steps = uint32_t(steps);
    save_interval();
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
    if (every > system.steps) every = system.steps ? system.steps : 1;
    system.save_every = uint32_t(every);
    s.save_interval = every * s.dt;
  }

  void error(const Variable& v, Code code, Span span, std::string message) {
    diagnostics.push_back(diagnose(code, std::move(message), span.known() ? span : v.span, v.name));
  }

  static bool reserved(const std::string& id) {
    for (const char* word : {"time", "dt", "starttime", "stoptime", "self", "if", "then", "else", "and", "or", "not"})
      if (id == word) return true;
    return false;
  }

  // True if x can be indexed without a search.
  static double uniform_step(const std::vector<double>& x) {
    if (x.size() < 3) return 0;
    double dx = (x.back() - x.front()) / double(x.size() - 1);
    if (!(dx > 0) || !std::isfinite(dx)) return 0;
    for (size_t i = 0; i < x.size(); i++)
      if (std::fabs(x[i] - (x.front() + double(i) * dx)) > 1e-9 * dx * double(x.size())) return 0;
    return dx;
  }

  void declare(const Variable& written) {
    EquationVariable v;
    v.id = written.id;
    v.name = written.name;
    v.units = written.units;
    v.kind = written.kind;
    v.non_negative = written.non_negative;
    v.written = &written;
    if (reserved(v.id)) error(written, Code::reserved_name, {}, "the name " + v.id + " is reserved by the equation language; rename the variable");
    for (const std::string& what : written.unsupported)
      error(written, Code::unsupported_feature, {}, what + " is not simulated yet");
    if (written.kind == VariableKind::Module) error(written, Code::unsupported_feature, {}, "modules are not simulated yet");
    if (!written.dimensions.empty()) error(written, Code::unsupported_feature, {}, "arrays are not simulated yet");
    if (!written.definitions.empty() && written.definitions[0].table) {
      const GraphicalFunction& gf = *written.definitions[0].table;
      if (!gf.y.empty() && gf.x.size() == gf.y.size()) {
        v.table = int32_t(system.tables.size());
        system.tables.push_back({written.id, gf.kind, uniform_step(gf.x), gf.x, gf.y});
      }
    }
    if (system.index.emplace(v.id, uint32_t(system.variables.size())).second) system.variables.push_back(std::move(v));
  }

  void equation(uint32_t index, Expander& expander) {
    const Variable* written = system.variables[index].written;
    if (!written || written->kind == VariableKind::Table || written->kind == VariableKind::Module || !written->dimensions.empty()) return;
    if (written->definitions.empty() || !written->definitions[0].equation.present()) {
      if (written->kind == VariableKind::Stock || system.variables[index].table < 0)
        error(*written, Code::empty_equation, {}, written->kind == VariableKind::Stock ? "this stock has no initial value" : "this variable has no equation");
      return;
    }
    const Definition& d = written->definitions[0];
    Ast equation = expander.expand_text(index, d.equation);
    system.variables[index].equation = std::move(equation);
    system.variables[index].text = &d.equation;
    if (d.initial.present()) {
      Ast initial = expander.expand_text(index, d.initial);
      system.variables[index].initial = std::move(initial);
    }
  }

  void flows(uint32_t index, const std::vector<SourceText>& names, bool in) {
    const Variable& written = *system.variables[index].written;
    std::vector<uint32_t>& list = in ? system.variables[index].inflows : system.variables[index].outflows;
    for (const SourceText& text : names) {
      std::string id = canonical_name(text.text);
      auto it = system.index.find(id);
      if (it == system.index.end()) {
        error(written, Code::unknown_flow, text.span, "the flow " + id + " is not in the model");
      } else if (system.variables[it->second].kind != VariableKind::Flow && system.variables[it->second].kind != VariableKind::Auxiliary) {
        // Converters write flows as auxiliaries; anything else cannot be one.
        error(written, Code::not_a_flow, text.span, id + " is not a flow");
      } else if (std::find(list.begin(), list.end(), it->second) != list.end()) {
        error(written, Code::duplicate_flow, text.span, "the flow " + id + " is listed twice");
      } else {
        list.push_back(it->second);
      }
    }
  }
  EquationSystem run() {
    system.name = project.name;
    system.vensim_made = project.vensim_made;
    specs();
    if (project.models.empty()) {
      diagnostics.push_back(diagnose(Code::no_model, "the file holds no model"));
      return std::move(system);
    }
    const Model& model = project.models[0];
    for (const Variable& v : model.variables) declare(v);
    Expander expander(system, lines, diagnostics);
    uint32_t written = uint32_t(system.variables.size());
    for (uint32_t i = 0; i < written; i++) {
      equation(i, expander);
      if (system.variables[i].kind == VariableKind::Stock) {
        flows(i, system.variables[i].written->inflows, true);
        flows(i, system.variables[i].written->outflows, false);
      }
    }
    return std::move(system);
  }
};

}  // namespace

EquationSystem build_equations(const Project& project, const CompileOptions& options, std::vector<Diagnostic>& diagnostics) {
  return SystemBuilder(project, options, diagnostics).run();
}

namespace {
const char* kind_name(VariableKind kind) {
  constexpr const char* names[] = {"stock", "flow", "auxiliary", "table", "module"};
  return names[int(kind)];
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
  out += "time " + format_number(s.start) + " to " + format_number(s.stop) + " by " + format_number(s.dt) + ", " + std::to_string(system.steps) +
         " steps, saved every " + std::to_string(system.save_every) + "\n";
  for (const EquationVariable& v : system.variables) {
    out += std::string(kind_name(v.kind)) + " " + v.id + (v.initial_only ? " (initial)" : "");
    if (v.macro != none_id) out += " {macro " + std::to_string(v.macro) + " " + system.macros[v.macro].name + "}";
    out += v.kind == VariableKind::Stock ? " init " : " = ";
    std::string text = print_ast(v.equation, v.equation.root);
    out += v.table >= 0 && v.kind != VariableKind::Table ? "graph(" + text + ")" : text;
    if (!v.initial.empty()) out += " init " + print_ast(v.initial, v.initial.root);
    for (uint32_t flow : v.inflows) out += " + " + system.variables[flow].id;
    for (uint32_t flow : v.outflows) out += " - " + system.variables[flow].id;
    if (v.non_negative) out += " non-negative";
    out += "\n";
  }
  return out;
}

}  // namespace loopscope
