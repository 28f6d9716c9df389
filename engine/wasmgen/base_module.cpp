#include "wasmgen/base_module.h"

#include "ir/find_all.h"
#include "ir/module-utils.h"
#include "wasm-binary.h"

extern "C++" {
extern const unsigned char loopscope_base_module[];
extern const unsigned loopscope_base_module_size;
}

namespace loopscope {

using namespace wasm;

BaseModule& BaseModule::instance() {
  static BaseModule base;
  return base;
}

BaseModule::BaseModule() {
  std::vector<char> bytes(loopscope_base_module, loopscope_base_module + loopscope_base_module_size);
  WasmBinaryBuilder reader(module_, FeatureSet::All, bytes);
  reader.read();
  for (auto& e : module_.exports) {
    if (e->kind == ExternalKind::Function) exports_.emplace(e->name.str, e->value);
    if (e->kind == ExternalKind::Global && e->name == "__heap_base")
      heap_base_ = uint32_t(module_.getGlobal(e->value)->init->cast<Const>()->value.geti32());
  }
  for (auto& f : module_.functions) {
    if (f->imported()) {
      imports_.emplace(f->base.str, f->name);
      continue;
    }
    auto& targets = calls_[f->name];
    for (Call* call : FindAll<Call>(f->body).list) targets.push_back(call->target);
  }
}

Name BaseModule::exported(const char* name) const {
  auto it = exports_.find(name);
  return it == exports_.end() ? Name() : it->second;
}

Name BaseModule::imported(const char* name) const {
  auto it = imports_.find(name);
  return it == imports_.end() ? Name() : it->second;
}

void BaseModule::copy_reachable(Module& out, const std::vector<Name>& roots) {
  std::vector<Name> pending = roots;
  std::unordered_set<Name> seen;
  while (!pending.empty()) {
    Name name = pending.back();
    pending.pop_back();
    if (!seen.insert(name).second) continue;
    Function* function = module_.getFunctionOrNull(name);
    if (!function || function->imported()) continue;  // a function of the program
    ModuleUtils::copyFunction(function, out);
    for (Name target : calls_[name]) pending.push_back(target);
  }
  for (auto& global : module_.globals) ModuleUtils::copyGlobal(global.get(), out);
  for (auto& segment : module_.memory.segments) {
    Memory::Segment copy = segment;
    copy.offset = ExpressionManipulator::copy(segment.offset, out);
    out.memory.segments.push_back(std::move(copy));
  }
}

}  // namespace loopscope
