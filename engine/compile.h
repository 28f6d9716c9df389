// The line from text to program in one call each: what bindings, tools and tests use.
#pragma once
#include <memory>

#include "ltm/plan.h"
#include "semantics/equations.h"
#include "support/result.h"

namespace loopscope {

// A model file that was read. `project` is empty where nothing could be listed.
struct LoadedProject {
  std::optional<Project> project;
  std::vector<Diagnostic> diagnostics;
  std::string source;  // UTF-8, what spans point into
  ExternalData data;   // the files it reads, as the host gives them
};
LoadedProject load_project(std::string_view bytes);

// A compile of its main model. `program` is null where there were errors.
struct CompiledProgram {
  std::shared_ptr<const Program> program;
  std::shared_ptr<const LtmPlan> plan;  // null without LTM
  std::string layout;                   // JSON
  std::vector<Diagnostic> diagnostics;
};
CompiledProgram compile_project(const LoadedProject& loaded, const CompileOptions& options);

// {"ltm": true, "start": 0 ...} as docs/interfaces.md lists them.
Result<CompileOptions> parse_options(std::string_view json);

// The project as text of another format (formats/write.h), and what that cannot say. What was read with errors is refused: the text would
// hide them.
Result<std::string> convert_project(const LoadedProject& loaded, std::string_view format, std::vector<Diagnostic>* warnings = nullptr);

// Text of a phase up to program: model, ast, equations, ir, ltm, program, layout. Empty if there is no such phase or nothing to show.
std::string dump_phase(const LoadedProject& loaded, const CompileOptions& options, std::string_view phase);

}  // namespace loopscope
