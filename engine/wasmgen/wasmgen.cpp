#include "wasmgen/wasmgen.h"

#include <cstddef>
#include <cstring>

#include "ir/geometry.h"
#include "wasm-binary.h"
#include "wasmgen/base_module.h"
#include "wasmgen/function_writer.h"

namespace loopscope {

using namespace wasm;

static_assert(sizeof(void*) == 4, "the images of ls_run and ls_table are those of wasm32");

namespace {

constexpr uint64_t address_space = uint64_t(65535) * 65536;

class BlobWriter {
 public:
  explicit BlobWriter(const Program& program) : program_(program), base_(module_), build_(module_) {}

  // Where everything lies; false if wasm32 cannot hold it.
  bool map_memory() {
    auto place = [&](uint64_t bytes) {
      uint64_t at = map_.end;
      map_.end += (bytes + 15) & ~uint64_t(15);
      return uint32_t(at);
    };
    map_.end = (base_heap + 15) & ~15u;
    map_.run = place(sizeof(ls_run));
    map_.tables = place(program_.tables.size() * sizeof(ls_table));
    uint64_t points = 0, indices = 0;
    for (const ProgramTable& t : program_.tables) points += 2 * t.x.size() + t.y.size();  // and the slopes
    map_.table_data = place(points * 8);
    map_.index_tables = uint32_t(map_.end);
    for (const auto& table : program_.index_tables) {
      map_.index_table_at.push_back(uint32_t(map_.end + indices * 4));
      indices += table.size();
    }
    place(indices * 4);
    links_ = score_links(program_, run_);
    map_.links = place(links_.size() * sizeof(ls_link));
    map_.defaults = place(uint64_t(program_.constants) * 8);
    sizes_ = set_geometry(run_, program_);
    map_.slab = place(sizes_.slab * 8);
    uint64_t scratch = map_.end;
    place(sizes_.scratch * 8);
    uint64_t history = map_.end;
    place(sizes_.history * 8);
    uint64_t work = map_.end;
    place(sizes_.work * 8);
    run_.links = reinterpret_cast<const ls_link*>(uintptr_t(map_.links));
    run_.slab = reinterpret_cast<double*>(uintptr_t(map_.slab));
    run_.scratch = reinterpret_cast<double*>(uintptr_t(scratch));
    run_.history = reinterpret_cast<double*>(uintptr_t(history));
    run_.work = reinterpret_cast<double*>(uintptr_t(work));
    map_.columns = uint32_t(map_.end);
    return map_.end <= address_space - room_for_columns;
  }

  const MemoryMap& map() const { return map_; }

  void write_functions() {
    module_.features = FeatureSet::MVP;
    module_.features.enable(FeatureSet::BulkMemory);
    module_.features.enable(FeatureSet::TruncSat);
    module_.features.enable(FeatureSet::SIMD);
    module_.features.enable(FeatureSet::SignExt);
    module_.features.enable(FeatureSet::MutableGlobals);
    FunctionWriter writer(program_, map_, module_);
    for (int s = 0; s < section_count; s++) writer.write_section(Section(s), Name(std::string("model_") + section_name(Section(s))));
    run_.scored = writer.write_scored_step("model_scored_step");
    run_.fused = writer.write_loop("model_loop");
    map_.end = writer.columns_end();
    for (const std::string& call : writer.runtime_calls()) runtime_calls_.push_back(Name(call));
  }

  Result<std::vector<uint8_t>> finish(const std::string& layout, bool names) {
    exports();
    base_.define(runtime_calls_);
    memory();
    UserSection section;
    section.name = "loopscope.layout";
    section.data.assign(layout.begin(), layout.end());
    module_.userSections.push_back(std::move(section));
    BufferWithRandomAccess buffer;
    WasmBinaryWriter writer(&module_, buffer);
    writer.setNamesSection(names);
    writer.write();
    return base_.link(buffer);
  }

 private:
  Expression* integer(uint32_t number) { return build_.makeConst(Literal(int32_t(number))); }

  void export_function(const char* name, Signature signature, Expression* body) {
    module_.addFunction(Builder::makeFunction(Name(std::string("abi_") + name), signature, {}, body));
    module_.addExport(Builder::makeExport(name, Name(std::string("abi_") + name), ExternalKind::Function));
  }
  void export_global(const char* name, Expression* value, Type type) {
    module_.addGlobal(Builder::makeGlobal(Name(std::string("abi_") + name), type, value, Builder::Immutable));
    module_.addExport(Builder::makeExport(name, Name(std::string("abi_") + name), ExternalKind::Global));
  }
  Expression* call_run(const char* function, std::vector<Expression*> more, Type result) {
    runtime_calls_.push_back(function);
    more.insert(more.begin(), integer(map_.run));
    return build_.makeCall(function, more, result);
  }
  Expression* field(size_t offset) { return build_.makeLoad(4, false, map_.run + uint32_t(offset), 4, integer(0), Type::i32); }

  void exports() {
    export_function("run_to", Signature(Type::f64, Type::i32), call_run("ls_run_to", {build_.makeLocalGet(0, Type::f64)}, Type::i32));
    export_function("run", Signature(Type::none, Type::i32), call_run("ls_run_all", {}, Type::i32));
    export_function("reset", Signature(Type::none, Type::none), call_run("ls_reset", {}, Type::none));
    if (program_.final_time != none_id) export_function("has_ended", Signature(Type::none, Type::i32), call_run("ls_has_ended", {}, Type::i32));
    if (is_adaptive(program_.method)) export_function("loose_steps", Signature(Type::none, Type::i32), call_run("ls_loose_steps", {}, Type::i32));
    std::vector<Expression*> init;
    if (program_.constants)
      init.push_back(build_.makeMemoryCopy(integer(map_.slab), integer(map_.defaults), integer(program_.constants * 8)));
    init.push_back(call_run("ls_reset", {}, Type::none));
    export_function("init", Signature(Type::none, Type::none), build_.makeBlock(init));
    // A value set during a run has the current row evaluated again: dirty = state.
    Expression* address = build_.makeBinary(ShlInt32, build_.makeLocalGet(0, Type::i32), integer(3));
    Expression* set = build_.makeBlock(std::vector<Expression*>{
        build_.makeStore(8, map_.slab, 8, address, build_.makeLocalGet(1, Type::f64), Type::f64),
        build_.makeStore(4, map_.run + uint32_t(offsetof(ls_run, dirty)), 4, integer(0), field(offsetof(ls_run, state)), Type::i32)});
    Expression* known = build_.makeBinary(LtUInt32, build_.makeLocalGet(0, Type::i32), integer(program_.constants));
    export_function("set_value", Signature(Type({Type::i32, Type::f64}), Type::i32),
                    build_.makeIf(known, build_.makeBlock(std::vector<Expression*>{set, integer(1)}, Type::i32), integer(0), Type::i32));
    export_global("slab", integer(map_.slab), Type::i32);
    export_global("rows", integer(run_.rows), Type::i32);
    export_global("row_slots", integer(run_.row_slots), Type::i32);
    export_global("fixed_slots", integer(run_.fixed_slots), Type::i32);
    export_global("constants", integer(program_.constants), Type::i32);
    export_global("steps", integer(run_.steps), Type::i32);
    export_global("save_every", integer(run_.save_every), Type::i32);
    export_global("start", build_.makeConst(Literal(run_.start)), Type::f64);
    export_global("dt", build_.makeConst(Literal(run_.dt)), Type::f64);
    module_.addExport(Builder::makeExport("memory", module_.memory.name, ExternalKind::Memory));
  }

  void segment(uint32_t at, const void* data, size_t bytes) {
    if (bytes) module_.memory.segments.emplace_back(integer(at), static_cast<const char*>(data), Address(uint64_t(bytes)));
  }

  void memory() {
    Memory& memory = module_.memory;
    memory.exists = true;
    memory.initial = memory.max = Address(uint64_t((map_.end + 65535) / 65536));
    segment(map_.run, &run_, sizeof run_);
    std::vector<ls_table> tables;
    std::vector<double> points;
    for (const ProgramTable& t : program_.tables) {
      auto put = [&](const std::vector<double>& values) {
        auto at = reinterpret_cast<const double*>(uintptr_t(map_.table_data + points.size() * 8));
        points.insert(points.end(), values.begin(), values.end());
        return at;
      };
      std::vector<double> slopes;
      ls_table table = table_image(t, slopes);
      table.x = put(t.x);
      table.y = put(t.y);
      table.slope = put(slopes);
      tables.push_back(table);
    }
    segment(map_.tables, tables.data(), tables.size() * sizeof(ls_table));
    segment(map_.table_data, points.data(), points.size() * 8);
    for (size_t i = 0; i < program_.index_tables.size(); i++)
      segment(map_.index_table_at[i], program_.index_tables[i].data(), program_.index_tables[i].size() * 4);
    segment(map_.links, links_.data(), links_.size() * sizeof(ls_link));
    std::vector<double> constants(program_.constants);
    for (const ProgramVariable& v : program_.variables)
      if (v.constant) memcpy(&constants[v.slot], v.defaults.data(), v.elements * 8);
    segment(map_.defaults, constants.data(), constants.size() * 8);
    segment(map_.slab, constants.data(), constants.size() * 8);
  }

  const Program& program_;
  Module module_;
  BaseModule base_;
  Builder build_;
  MemoryMap map_;
  ls_run run_{};
  RunSizes sizes_{};
  std::vector<ls_link> links_;
  std::vector<Name> runtime_calls_;
};

}  // namespace

Result<std::vector<uint8_t>> generate_blob(const Program& program, const std::string& layout, bool names) {
  BlobWriter writer(program);
  if (!writer.map_memory())
    return diagnose(Code::wasmgen_unsupported,
                    "the run needs " + std::to_string(writer.map().end >> 20) + " MB and a wasm module addresses 4,095 MB: " +
                        std::to_string(program.rows) + " saved rows of " + std::to_string(program.row_slots) +
                        " values. Raise the save interval or dt, or save fewer variables" + (program.final_time == none_id ? "" : ", or give a stop time"),
                    {}, "results");
  writer.write_functions();
  return writer.finish(layout, names);
}

}  // namespace loopscope
