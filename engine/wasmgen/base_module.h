// The base module (wasm-runtime compiled to wasm), parsed once per engine, and copying of what a blob needs out of it.
#pragma once
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "wasm.h"

namespace loopscope {

class BaseModule {
 public:
  static BaseModule& instance();

  // Internal name of the exported function, e.g. "ls_run_to".
  wasm::Name exported(const char* name) const;
  // Name under which a function must be defined to stand for the import model_<section>.
  wasm::Name imported(const char* name) const;
  // First byte after the base module's own data and stack.
  uint32_t heap_base() const { return heap_base_; }

  // Copies into `out` the functions that `roots` reach, the globals, and the data; not the memory's size.
  void copy_reachable(wasm::Module& out, const std::vector<wasm::Name>& roots);

 private:
  BaseModule();
  wasm::Module module_;
  std::unordered_map<std::string, wasm::Name> exports_, imports_;
  std::unordered_map<wasm::Name, std::vector<wasm::Name>> calls_;
  uint32_t heap_base_ = 0;
};

}  // namespace loopscope
