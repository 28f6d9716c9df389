// The base module (wasm-runtime compiled to wasm), taken apart by .ci/embed.mjs when the engine is built.
#pragma once
#include <cstdint>

namespace loopscope {

struct BaseFunction {
  const char* name;    // what it is exported as, or null
  const char* type;    // parameters, colon, result: "id:d"
  uint32_t code_end;   // where its body (locals and code) ends in base_code and the next one's begins
  uint32_t calls_end;  // likewise in base_calls
};
struct BaseCall {
  uint32_t at;      // in base_code: the index of the function called has been left out before this byte
  uint32_t callee;  // base_imports first, then base_functions
};
struct BaseSegment {
  uint32_t address, size;  // of the bytes of base_data that follow the last segment's
};

extern const uint8_t base_code[];
extern const BaseCall base_calls[];
extern const BaseFunction base_functions[];
extern const uint32_t base_function_count;
extern const char* const base_imports[];  // model_<section> and model_loop: what the program has to define
extern const uint32_t base_import_count;
extern const char base_data[];
extern const BaseSegment base_segments[];
extern const uint32_t base_segment_count;
extern const uint32_t base_stack;  // where the stack begins, and grows down
extern const uint32_t base_heap;   // first byte after the base module's own data and stack

}  // namespace loopscope
