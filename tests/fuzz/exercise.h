// What both fuzz targets do with a model once it is read: everything that a host can make the engine do with it, in small.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <unordered_map>

#include "compile.h"
#include "ltm/analysis.h"
#include "model/dump.h"
#include "vm/vm.h"

namespace loopscope {

// A promise of the engine that does not hold is a crash to libFuzzer.
#define PROMISE(condition)                                                 \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (0)

constexpr uint64_t max_slots = 1 << 20;  // of a run that is made
constexpr size_t max_dumped = 4096;      // bytes of a model whose phases are printed: each is compiled for again, so it must be quick, too

inline void check_diagnostics(const std::vector<Diagnostic>& diagnostics, const std::string& source) {
  for (const Diagnostic& d : diagnostics) {
    PROMISE(!d.message.empty());
    PROMISE(d.span.offset <= source.size());
    PROMISE(d.span.length <= source.size() - d.span.offset);
    PROMISE(!render_diagnostic(d, "fuzz", source).empty());
  }
  PROMISE(!diagnostics_to_json(diagnostics).empty());
}

// A few steps, with a constant changed between them; none where the run would be large.
inline std::unique_ptr<Vm> run_a_little(const std::shared_ptr<const Program>& program) {
  ls_run geometry{};
  if (set_geometry(geometry, *program).total() > max_slots) return nullptr;
  auto vm = Vm::create(program);
  PROMISE(vm);
  (*vm)->run_to(program->start + 3 * program->dt);
  if (program->constants > 0) PROMISE((*vm)->set_value(program->constants - 1, 2.5));
  PROMISE(!(*vm)->set_value(program->constants, 1));
  (*vm)->run_to(program->start + 10 * program->dt);
  return std::move(*vm);
}

inline bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

// Scores are an addition: what the modeller sees must be the same without them.
inline void check_same_run(const Program& a, const double* slab_a, const Program& b, const double* slab_b) {
  PROMISE(a.rows == b.rows && a.fixed_slots <= b.fixed_slots);
  PROMISE(a.variables.size() <= b.variables.size());
  // What is computed once stands after the scores.
  std::unordered_map<std::string, const ProgramVariable*> of_b;
  for (const ProgramVariable& v : b.variables) of_b.emplace(v.id, &v);
  for (const ProgramVariable& va : a.variables) {
    PROMISE(of_b.count(va.id) || va.hidden);
    if (!of_b.count(va.id)) continue;
    const ProgramVariable& vb = *of_b[va.id];
    PROMISE(va.place == vb.place || va.hidden);
    if (va.place != vb.place) continue;
    if (va.slot == none_id) continue;
    for (uint32_t row = 0; row < (va.place == Place::Fixed ? 1 : a.rows); row++) {
      size_t at_a = va.place == Place::Fixed ? va.slot : a.fixed_slots + size_t(row) * a.row_slots + va.slot;
      size_t at_b = vb.place == Place::Fixed ? vb.slot : b.fixed_slots + size_t(row) * b.row_slots + vb.slot;
      PROMISE(same(slab_a[at_a], slab_b[at_b]));
    }
  }
}

// What an XMILE file says without errors comes back from what is written of it, and what a file of any format says from JSON.
inline void check_round_trip(const LoadedProject& loaded) {
  if (!loaded.project || has_errors(loaded.diagnostics) || !std::isfinite(loaded.project->specs.dt)) return;
  for (const char* format : {"json", "xmile"}) {
    if (format[0] == 'x' && loaded.source.find("<model") == std::string::npos) continue;
    auto text = convert_project(loaded, format);
    PROMISE(text || has_errors(text.errors()));
    if (!text) continue;
    LoadedProject again = load_project(*text);
    PROMISE(again.project && dump_model(*again.project) == dump_model(*loaded.project));
    auto twice = convert_project(again, format);
    PROMISE(twice && *twice == *text);
  }
  // In the other language the model may be another; it is text all the same.
  for (const char* format : {"mdl", "xmile"}) {
    auto text = convert_project(loaded, format);
    PROMISE(text || has_errors(text.errors()));
  }
}

inline void exercise(const LoadedProject& loaded, const CompileOptions& given, size_t size) {
  check_diagnostics(loaded.diagnostics, loaded.source);
  PROMISE(loaded.project || has_errors(loaded.diagnostics));
  check_round_trip(loaded);
  CompileOptions options = given;
  options.ltm = false;
  std::clock_t before = std::clock();
  CompiledProgram plain = compile_project(loaded, options);
  double compile_time = double(std::clock() - before) / CLOCKS_PER_SEC;
  check_diagnostics(plain.diagnostics, loaded.source);
  PROMISE(bool(plain.program) != has_errors(plain.diagnostics));
  if (size <= max_dumped && compile_time < 0.3)
    for (const char* phase : {"model", "ast", "equations", "ir", "ltm", "program", "layout"}) dump_phase(loaded, options, phase);
  if (!plain.program) return;
  // Where the run computes its end there is room for more than is run here.
  if (plain.program->final_time != none_id && !options.stop) {
    options.stop = plain.program->start + 20 * plain.program->dt;
    plain = compile_project(loaded, options);
    if (!plain.program) return;
  }

  options.ltm = true;
  CompiledProgram scored = compile_project(loaded, options);
  check_diagnostics(scored.diagnostics, loaded.source);
  PROMISE(scored.program && scored.plan);
  auto without = run_a_little(plain.program), with = run_a_little(scored.program);
  if (!without || !with) return;
  check_same_run(*plain.program, without->slab(), *scored.program, with->slab());
  auto analysis = Analysis::create(*scored.program, *scored.plan, std::vector<double>(with->slab(), with->slab() + with->slab_size()));
  PROMISE(analysis);
  for (const LinkResult& link : analysis->links()) PROMISE(link.score.size() == analysis->rows());
  for (const LoopResult& loop : analysis->loops())
    for (double relative : analysis->series(loop, 0).relative) PROMISE(!(std::fabs(relative) > 1 + 1e-9));
}

}  // namespace loopscope
