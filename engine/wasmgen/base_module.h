// What a blob needs of the base module: its functions are declared under their names while the program's are written, and their
// machine code is put in after it, as it stands.
#pragma once
#include <vector>

#include "wasm.h"
#include "wasmgen/base_image.h"

namespace loopscope {

class BaseModule {
 public:
  // Defines the stack pointer, before any other global of the module, and the data; not the memory's size.
  explicit BaseModule(wasm::Module& blob);

  // Defines, without their code, the exported functions of these names and what they call; after the program's own functions, all of them.
  void define(const std::vector<wasm::Name>& names);
  // The written module with their code.
  std::vector<uint8_t> link(const std::vector<uint8_t>& written) const;

 private:
  std::vector<uint8_t> code(uint32_t function) const;

  wasm::Module& blob_;
  std::vector<uint32_t> defined_;      // base functions, in the order of the blob
  std::vector<uint32_t> index_;        // in the blob, of a callee
};

}  // namespace loopscope
