// Bytes of a file, through everything that can be done with a model.
#include "exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace loopscope;
  exercise(load_project({reinterpret_cast<const char*>(data), size}), {}, size);
  return 0;
}
