// embind: the classes that JavaScript sees (docs/interfaces.md). Converts and forwards; no logic of its own, and nothing throws.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "compile.h"
#include "ltm/analysis.h"
#include "ltm/loops.h"
#include "semantics/external.h"
#include "vm/vm.h"
#include "wasmgen/wasmgen.h"

using namespace loopscope;
using emscripten::val;

namespace {

// Objects that JavaScript holds, so that its tests can see that disposal works.
int live_objects = 0;
struct Counted {
  Counted() { live_objects++; }
  ~Counted() { live_objects--; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

template <class T>
val typed_array(const char* type, const T* data, size_t size) {
  return val::global(type).new_(val(emscripten::typed_memory_view(size, data)));
}
val float64_array(const std::vector<double>& values) { return typed_array("Float64Array", values.data(), values.size()); }

std::string rendered(const std::vector<Diagnostic>& diagnostics, const std::string& file, const std::string& source) {
  std::string out;
  for (const Diagnostic& d : diagnostics) out += render_diagnostic(d, file, source);
  return out;
}

class Vm_ : Counted {
 public:
  explicit Vm_(std::unique_ptr<Vm> vm) : vm_(std::move(vm)) {}
  double run_to(double t) { return vm_->run_to(t); }
  double run_to_end() { return vm_->run_to_end(); }
  bool has_ended() const { return vm_->has_ended(); }
  double loose_steps() const { return vm_->loose_steps(); }
  void reset() { vm_->reset(); }
  bool set_value(uint32_t slot, double value) { return vm_->set_value(slot, value); }
  val slab() { return typed_array("Float64Array", vm_->slab(), vm_->slab_size()); }

 private:
  std::unique_ptr<Vm> vm_;
};

class Analysis_ : Counted {
 public:
  Analysis_(std::shared_ptr<const Program> program, std::shared_ptr<const LtmPlan> plan, const val& slab)
      : program_(std::move(program)), plan_(std::move(plan)) {
    if (!plan_) {
      diagnostics_.push_back(diagnose(Code::bad_option, "the model was compiled without LTM; compile it with enableLtm"));
      return;
    }
    size_t size = slab["length"].as<size_t>();
    constexpr size_t most_values = 150'000'000;  // beside the VM's own there is no room for more in 4 GB
    if (size > most_values) {
      diagnostics_.push_back(diagnose(Code::results_too_large, "the results hold " + std::to_string(size) + " values, too many to analyse; save fewer times"));
      return;
    }
    std::vector<double> values(size);
    val(emscripten::typed_memory_view(values.size(), values.data())).call<void>("set", slab);
    auto analysis = Analysis::create(*program_, *plan_, std::move(values));
    if (!analysis) diagnostics_ = analysis.errors();
    else analysis_.emplace(std::move(*analysis));
  }
  bool ok() const { return analysis_.has_value(); }
  std::string diagnostics() const { return diagnostics_to_json(diagnostics_); }
  // How the loops were looked for, and what there was.
  val search() {
    if (!analysis_) return val::null();
    const LoopSearch& search = analysis_->search();
    val out = val::object();
    out.set("mode", search.mode);
    out.set("note", search.note);
    out.set("method", search.method);
    out.set("universe", double(search.universe));
    out.set("retained", double(search.retained));
    out.set("truncated", search.truncated);
    return out;
  }

  val links() const {
    val out = val::array();
    if (!analysis_) return out;
    // Two series a link, here and again in JavaScript.
    constexpr double most_bytes = 1e9;
    if (double(plan_->graph.size()) * double(analysis_->rows()) * 32 > most_bytes) return val::null();
    for (const LinkResult& link : analysis_->links()) {
      val object = val::object();
      object.set("from", name(link.from));
      object.set("to", name(link.to));
      object.set("polarity", std::string(polarity_name(link.polarity)));
      object.set("score", float64_array(link.score));
      object.set("relative", float64_array(link.relative));
      out.call<void>("push", object);
    }
    return out;
  }
  val partitions() {
    val out = val::array();
    if (!analysis_) return out;
    for (const Partition& partition : analysis_->partitions()) {
      val object = val::object();
      object.set("stocks", names(partition.stocks, true));
      out.call<void>("push", object);
    }
    return out;
  }
  val loops() {
    val out = val::array();
    if (!analysis_) return out;
    for (const LoopResult& result : analysis_->loops()) {
      const Loop& loop = *result.loop;
      const LoopSlot& first = loop.slots[0];
      bool repeats = !loop.dimensions.empty();
      val object = val::object();
      object.set("id", loop.id);
      object.set("polarity", std::string(runtime_polarity_name(result.polarity)));
      object.set("structural", std::string(loop.structural == Polarity::Positive   ? "reinforcing"
                                           : loop.structural == Polarity::Negative ? "balancing"
                                                                                   : "undetermined"));
      object.set("variables", names(first.path, false, repeats));
      object.set("path", names(first.path, true, repeats));
      object.set("reducers", reducers(first.path));
      object.set("pinned", result.pinned);
      object.set("share", result.share);
      if (repeats) {
        val slots = val::array();
        for (size_t i = 0; i < result.slots.size(); i++) {
          val slot = val::object();
          slot.set("element", strings(slot_elements(*program_, loop, loop.slots[i])));
          slot.set("path", names(loop.slots[i].path, true));
          set_scores(slot, result, i);
          slot.set("polarity", std::string(runtime_polarity_name(result.slots[i].polarity)));
          slot.set("share", result.slots[i].share);
          slots.call<void>("push", slot);
        }
        object.set("slots", slots);
      } else {
        set_scores(object, result, 0);
      }
      out.call<void>("push", object);
    }
    return out;
  }
  val relative_loop_score(const std::string& id) {
    auto series = analysis_ ? analysis_->series(id) : std::nullopt;
    return series ? float64_array(series->relative) : val::null();
  }

 private:
  void set_scores(val& object, const LoopResult& result, size_t slot) {
    LoopSeries series = analysis_->series(result, slot);
    object.set("partition", result.loop->slots[slot].partition);
    object.set("score", float64_array(series.score));
    object.set("relative", float64_array(series.relative));
  }
  const ProgramVariable& variable(NodeId n) const { return program_->variables[plan_->nodes[n].variable]; }
  std::string name(NodeId n) const { return node_name(*program_, plan_->nodes[n]); }
  static val strings(const std::vector<std::string>& texts) {
    val out = val::array();
    for (const std::string& text : texts) out.call<void>("push", text);
    return out;
  }
  // `whole`: the variables, without the elements.
  val names(const std::vector<NodeId>& nodes, bool hidden_too, bool whole = false) const {
    val out = val::array();
    for (NodeId n : nodes)
      if (hidden_too || !variable(n).hidden) out.call<void>("push", whole ? variable(n).id : name(n));
    return out;
  }
  // The text of the reducers that a loop passes.
  val reducers(const std::vector<NodeId>& path) const {
    val out = val::array();
    for (NodeId n : path)
      if (variable(n).aggregate) out.call<void>("push", variable(n).name);
    return out;
  }

  std::shared_ptr<const Program> program_;
  std::shared_ptr<const LtmPlan> plan_;
  std::optional<Analysis> analysis_;
  std::vector<Diagnostic> diagnostics_;
};

class Program_ : Counted {
 public:
  Program_(std::shared_ptr<const LoadedProject> project, const std::string& options_json) : project_(std::move(project)) {
    auto options = parse_options(options_json);
    if (!options) {
      compiled_.diagnostics = options.errors();
      return;
    }
    options_ = *options;
    compiled_ = compile_project(*project_, options_);
  }
  bool ok() const { return compiled_.program != nullptr; }
  std::string diagnostics() const { return diagnostics_to_json(compiled_.diagnostics); }
  std::string render(const std::string& file) const { return rendered(compiled_.diagnostics, file, project_->source); }
  std::string layout() const { return compiled_.layout; }
  val blob() { return blob_of(false); }
  val named_blob() { return blob_of(true); }
  Vm_* vm() {
    if (!ok()) return nullptr;
    auto vm = Vm::create(compiled_.program);
    if (!vm) {
      failed(vm.errors());
      return nullptr;
    }
    return new Vm_(std::move(*vm));
  }
  Analysis_* analyze(const val& slab) { return new Analysis_(compiled_.program, compiled_.plan, slab); }
  std::string dump(const std::string& phase) const {
    return dump_phase(*project_, options_, phase);
  }

 private:
  val blob_of(bool names) {
    if (!ok()) return val::null();
    auto bytes = generate_blob(*compiled_.program, compiled_.layout, names);
    if (!bytes) return failed(bytes.errors());
    return typed_array("Uint8Array", bytes->data(), bytes->size());
  }
  val failed(const std::vector<Diagnostic>& errors) {
    compiled_.diagnostics.insert(compiled_.diagnostics.end(), errors.begin(), errors.end());
    return val::null();
  }
  std::shared_ptr<const LoadedProject> project_;
  CompileOptions options_;
  CompiledProgram compiled_;
};

class Project_ : Counted {
 public:
  explicit Project_(const val& bytes) {
    std::string text(bytes["length"].as<size_t>(), '\0');
    val(emscripten::typed_memory_view(text.size(), reinterpret_cast<unsigned char*>(text.data()))).call<void>("set", bytes);
    project_ = std::make_shared<LoadedProject>(load_project(text));
  }
  bool ok() const { return project_->project.has_value(); }
  std::string diagnostics() const { return diagnostics_to_json(project_->diagnostics); }
  std::string render(const std::string& file) const { return rendered(project_->diagnostics, file, project_->source); }
  std::string name() const { return ok() ? project_->project->name : ""; }
  std::string source() const { return project_->source; }
  val write(const std::string& format, const std::string& file) const {
    std::vector<Diagnostic> said;
    auto text = convert_project(*project_, format, &said);
    if (!text) said = text.errors();
    val out = val::object();
    out.set("text", text ? val(*text) : val::null());
    out.set("diagnostics", diagnostics_to_json(said));
    out.set("rendered", rendered(said, file, project_->source));
    return out;
  }
  std::string requests() const { return ok() ? external_requests(*project_->project) : "[]"; }
  void give(const std::string& file, const std::string& sheet, const std::string& text, const std::string& names) { project_->data.give(file, sheet, text, names); }
  std::string give_series(const std::string& file, const std::string& text) { return diagnostics_to_json(project_->data.give_series(file, text)); }
  Program_* compile(const std::string& options) { return new Program_(project_, options); }

 private:
  std::shared_ptr<LoadedProject> project_;
};

std::string version() { return LOOPSCOPE_VERSION; }
int live() { return live_objects; }

}  // namespace

EMSCRIPTEN_BINDINGS(loopscope) {
  using namespace emscripten;
  function("version", &version);
  function("liveObjects", &live);
  class_<Project_>("Project")
      .constructor<const val&>()
      .function("ok", &Project_::ok)
      .function("diagnostics", &Project_::diagnostics)
      .function("renderDiagnostics", &Project_::render)
      .function("name", &Project_::name)
      .function("source", &Project_::source)
      .function("write", &Project_::write)
      .function("requests", &Project_::requests)
      .function("give", &Project_::give)
      .function("giveSeries", &Project_::give_series)
      .function("compile", &Project_::compile, allow_raw_pointers());
  class_<Program_>("Program")
      .function("ok", &Program_::ok)
      .function("diagnostics", &Program_::diagnostics)
      .function("renderDiagnostics", &Program_::render)
      .function("layout", &Program_::layout)
      .function("blob", &Program_::blob)
      .function("namedBlob", &Program_::named_blob)
      .function("vm", &Program_::vm, allow_raw_pointers())
      .function("analyze", &Program_::analyze, allow_raw_pointers())
      .function("dump", &Program_::dump);
  class_<Vm_>("Vm")
      .function("runTo", &Vm_::run_to)
      .function("runToEnd", &Vm_::run_to_end)
      .function("hasEnded", &Vm_::has_ended)
      .function("looseSteps", &Vm_::loose_steps)
      .function("reset", &Vm_::reset)
      .function("setValue", &Vm_::set_value)
      .function("slab", &Vm_::slab);
  class_<Analysis_>("Analysis")
      .function("ok", &Analysis_::ok)
      .function("diagnostics", &Analysis_::diagnostics)
      .function("search", &Analysis_::search)
      .function("links", &Analysis_::links)
      .function("partitions", &Analysis_::partitions)
      .function("loops", &Analysis_::loops)
      .function("relativeLoopScore", &Analysis_::relative_loop_score);
}
