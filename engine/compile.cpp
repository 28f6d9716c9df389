#include "compile.h"

#include <algorithm>
#include <cmath>

#include "formats/json_file.h"
#include "formats/read.h"
#include "formats/write.h"
#include "ir/geometry.h"
#include "ir/schedule.h"
#include "model/dump.h"
#include "results/layout.h"
#include "semantics/lower.h"
#include "support/json.h"

namespace loopscope {

LoadedProject load_project(std::string_view bytes) {
  LoadedProject loaded;
  loaded.project = read_project(bytes, loaded.source, loaded.diagnostics);
  if (loaded.project) loaded.source = loaded.project->source;
  return loaded;
}

namespace {

// Nobody reads ten thousand errors; the first ones say what is wrong.
void limit(std::vector<Diagnostic>& diagnostics) {
  constexpr size_t most = 1000;
  if (diagnostics.size() <= most) return;
  std::stable_partition(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; });
  std::string rest = std::to_string(diagnostics.size() - most) + " more are not shown";
  diagnostics.resize(most);
  diagnostics.push_back(diagnose(Code::more_diagnostics, rest));
}

CompiledProgram compile(const LoadedProject& loaded, const CompileOptions& options) {
  CompiledProgram out;
  out.diagnostics = loaded.diagnostics;
  if (!loaded.project) return out;
  CompileOptions with = options;
  with.data = &loaded.data;
  EquationSystem system = build_equations(*loaded.project, with, out.diagnostics);
  // Lowered all the same if there were errors, for those of the other variables.
  UnorderedProgram unordered = lower_equations(system, LineIndex(loaded.project->source), out.diagnostics);
  if (has_errors(out.diagnostics)) return out;
  auto program = std::make_shared<Program>(schedule(std::move(unordered), out.diagnostics));
  if (has_errors(out.diagnostics)) return out;
  make_room(*program);
  if (options.ltm) {
    LtmOptions ltm{options.ltm_mode, options.pinned_loops, {options.discovery_max_loops, options.discovery_threshold, options.discovery_budget_ms}};
    out.plan = std::make_shared<LtmPlan>(instrument(*program, ltm, out.diagnostics));
    if (has_errors(out.diagnostics)) return out;
  }
  hoist_invariants(*program);
  assign_slots(*program);
  out.layout = layout_json(*program, out.plan.get());
  out.program = std::move(program);
  return out;
}

}  // namespace

CompiledProgram compile_project(const LoadedProject& loaded, const CompileOptions& options) {
  CompiledProgram out = compile(loaded, options);
  limit(out.diagnostics);
  return out;
}

namespace {
bool read_pinned(const JsonFile& file, const JsonFile::Value& value, std::vector<std::vector<std::string>>& out) {
  using Kind = JsonFile::Kind;
  if (value.kind != Kind::Array) return false;
  for (const JsonFile::Value* loop = file.begin(value); loop != file.end(value); loop = file.after(loop)) {
    if (loop->kind != Kind::Array || file.begin(*loop) == file.end(*loop)) return false;
    out.emplace_back();
    for (const JsonFile::Value* name = file.begin(*loop); name != file.end(*loop); name = file.after(name)) {
      if (name->kind != Kind::String) return false;
      out.back().push_back(file.text(*name).text);
    }
  }
  return true;
}
}  // namespace

Result<CompileOptions> parse_options(std::string_view json) {
  CompileOptions options;
  if (json.empty()) return options;
  JsonFile file;
  std::vector<Diagnostic> ignored;
  using Value = JsonFile::Value;
  using Kind = JsonFile::Kind;
  if (!file.parse(json, ignored) || file.root().kind != Kind::Object) return diagnose(Code::bad_option, "the options are not a JSON object");
  auto bad = [](const char* name, const char* wanted) { return diagnose(Code::bad_option, std::string("the option ") + name + " must be " + wanted); };
  auto member = [&](const char* name) { return file.member(file.root(), name); };
  auto text_of = [&](const Value& value) { return value.kind == Kind::String ? file.text(value).text : ""; };
  struct Number {
    const char* name;
    std::optional<double>* to;
  };
  for (const Number& n : {Number{"start", &options.start}, {"stop", &options.stop}, {"dt", &options.dt}, {"saveInterval", &options.save_interval}})
    if (const Value* value = member(n.name)) {
      if (value->kind != Kind::Number || !file.number(*value)) return bad(n.name, "a number");
      *n.to = file.number(*value);
    }
  if (const Value* value = member("ltm")) {
    if (value->kind != Kind::True && value->kind != Kind::False) return bad("ltm", "true or false");
    options.ltm = value->kind == Kind::True;
  }
  if (const Value* value = member("ltmMode")) {
    std::string text = text_of(*value);
    if (text != "auto" && text != "exhaustive" && text != "discovery") return bad("ltmMode", "auto, exhaustive or discovery");
    options.ltm_mode = text;
  }
  if (const Value* value = member("method")) {
    std::string text = text_of(*value);
    options.method = find_method(text);
    if (!options.method) return bad("method", method_choices);
  }
  if (const Value* value = member("pinnedLoops"); value && !read_pinned(file, *value, options.pinned_loops))
    return bad("pinnedLoops", "a list of loops, each a list of the names of its variables in causal order");
  if (const Value* value = member("discovery")) {
    if (value->kind != Kind::Object) return bad("discovery", "an object");
    auto number = [&](const char* name, double least, double most, double& to) {
      const Value* one = file.member(*value, name);
      if (!one) return true;
      to = one->kind == Kind::Number ? file.number(*one).value_or(NAN) : NAN;
      return to >= least && to <= most;
    };
    double loops = options.discovery_max_loops;
    if (!number("maxLoops", 1, 1e6, loops)) return bad("discovery.maxLoops", "a number from 1 to 1,000,000");
    if (!number("budgetMs", 1, 3.6e6, options.discovery_budget_ms)) return bad("discovery.budgetMs", "a number of milliseconds from 1 to 3,600,000");
    if (!number("threshold", 0, 1, options.discovery_threshold)) return bad("discovery.threshold", "a number from 0 to 1");
    options.discovery_max_loops = uint32_t(loops);
  }
  return options;
}

Result<std::string> convert_project(const LoadedProject& loaded, std::string_view format, std::vector<Diagnostic>* warnings) {
  if (has_errors(loaded.diagnostics)) return loaded.diagnostics;
  std::vector<Diagnostic> unheard;
  if (!warnings) warnings = &unheard;
  if (format != "xmile" || loaded.project->specs.computed.empty()) return write_project(*loaded.project, format, *warnings);
  // XMILE has numbers where Vensim's times may be computed.
  Project computed = *loaded.project;
  std::vector<Diagnostic> problems;
  EquationSystem system = build_equations(computed, {}, problems);
  SimSpecs& specs = computed.specs = system.specs;
  if (!std::isfinite(specs.start + specs.stop + specs.dt)) return problems;
  specs.computed.clear();
  if (system.final_equation) {
    constexpr double many = 1000;  // steps
    if (system.steps == 0) specs.stop = specs.start + many * specs.dt;
    warnings->push_back(diagnose(Code::not_expressible, "XMILE's stop time is a number: it is written as " + format_number(specs.stop) + ", and FINAL TIME as a variable that does not end the run",
                                 system.final_equation->span, system.final_equation->name));
    computed.models[0].variables.push_back(*system.final_equation);
  }
  return write_project(computed, format, *warnings);
}

std::string dump_phase(const LoadedProject& loaded, const CompileOptions& options, std::string_view phase) {
  if (!loaded.project) return "";
  if (phase == "model") return dump_model(*loaded.project);
  if (phase == "ast") return dump_ast(*loaded.project);
  if (phase == "equations") {
    std::vector<Diagnostic> ignored;
    CompileOptions with = options;
    with.data = &loaded.data;
    return dump_equations(build_equations(*loaded.project, with, ignored));
  }
  CompileOptions with = options;
  if (phase == "ltm") with.ltm = true;
  CompiledProgram compiled = compile_project(loaded, with);
  if (!compiled.program) return "";
  if (phase == "ir") return dump_ir(*compiled.program);
  if (phase == "ltm") return dump_ltm(*compiled.program, *compiled.plan);
  if (phase == "program") return dump_program(*compiled.program);
  if (phase == "layout") return compiled.layout + "\n";
  return "";
}

}  // namespace loopscope
