#include "compile.h"

#include <rapidjson/document.h>

#include <algorithm>

#include "formats/read.h"
#include "ir/print_c.h"
#include "ir/schedule.h"
#include "ir/unroll.h"
#include "model/dump.h"
#include "results/layout.h"
#include "semantics/lower.h"

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
  EquationSystem system = build_equations(*loaded.project, options, out.diagnostics);
  // Lowered all the same if there were errors, for those of the other variables.
  UnorderedProgram unordered = lower_equations(system, LineIndex(loaded.project->source), out.diagnostics);
  if (has_errors(out.diagnostics)) return out;
  auto program = std::make_shared<Program>(schedule(std::move(unordered), out.diagnostics));
  if (has_errors(out.diagnostics)) return out;
  if (options.ltm) {
    if (has_arrays(*program)) *program = unroll(*program, out.diagnostics);
    if (has_errors(out.diagnostics)) return out;
    LtmOptions ltm;
    ltm.mode = options.ltm_mode;
    out.plan = std::make_shared<LtmPlan>(instrument(*program, ltm, out.diagnostics));
    if (has_errors(out.diagnostics)) return out;
  }
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

Result<CompileOptions> parse_options(std::string_view json) {
  CompileOptions options;
  rapidjson::Document document;
  if (json.empty()) return options;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return diagnose(Code::bad_option, "the options are not a JSON object");
  auto bad = [](const char* name, const char* wanted) { return diagnose(Code::bad_option, std::string("the option ") + name + " must be " + wanted); };
  // nullptr where the option is left out or null.
  auto member = [&](const char* name) -> const rapidjson::Value* {
    if (!document.HasMember(name) || document[name].IsNull()) return nullptr;
    return &document[name];
  };
  struct Number {
    const char* name;
    std::optional<double>* to;
  };
  for (const Number& n : {Number{"start", &options.start}, {"stop", &options.stop}, {"dt", &options.dt}, {"saveInterval", &options.save_interval}})
    if (const rapidjson::Value* value = member(n.name)) {
      if (!value->IsNumber()) return bad(n.name, "a number");
      *n.to = value->GetDouble();
    }
  if (const rapidjson::Value* value = member("ltm")) {
    if (!value->IsBool()) return bad("ltm", "true or false");
    options.ltm = value->GetBool();
  }
  if (const rapidjson::Value* value = member("ltmMode")) {
    std::string text = value->IsString() ? value->GetString() : "";
    if (text == "discovery") return diagnose(Code::unsupported_feature, "discovery mode is not there yet; use exhaustive");
    if (text != "auto" && text != "exhaustive") return bad("ltmMode", "auto, exhaustive or discovery");
    options.ltm_mode = text;
  }
  if (const rapidjson::Value* value = member("method")) {
    std::string text = value->IsString() ? value->GetString() : "";
    if (text == "euler") options.method = Method::Euler;
    else if (text == "rk2") options.method = Method::Rk2;
    else if (text == "rk4") options.method = Method::Rk4;
    else return bad("method", "euler, rk2 or rk4");
  }
  if (const rapidjson::Value* value = member("pinnedLoops"))
    if (value->IsArray() && !value->Empty()) return diagnose(Code::unsupported_feature, "pinned loops are not there yet");
  return options;
}

std::string dump_phase(const LoadedProject& loaded, const CompileOptions& options, std::string_view phase) {
  if (!loaded.project) return "";
  if (phase == "model") return dump_model(*loaded.project);
  if (phase == "ast") return dump_ast(*loaded.project);
  if (phase == "equations") {
    std::vector<Diagnostic> ignored;
    return dump_equations(build_equations(*loaded.project, options, ignored));
  }
  CompileOptions with = options;
  if (phase == "ltm") with.ltm = true;
  CompiledProgram compiled = compile_project(loaded, with);
  if (!compiled.program) return "";
  if (phase == "ir") return dump_ir(*compiled.program);
  if (phase == "ltm") return dump_ltm(*compiled.program, *compiled.plan);
  if (phase == "program") return dump_program(*compiled.program);
  if (phase == "c") return print_c(*compiled.program);
  if (phase == "layout") return compiled.layout + "\n";
  return "";
}

}  // namespace loopscope
