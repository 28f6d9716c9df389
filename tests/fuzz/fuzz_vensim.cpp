// Text of a Vensim model, through everything that can be done with it. What the fuzzer makes up is an .mdl whatever it looks like.
#include "exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace loopscope;
  const std::string text = "{UTF-8}" + std::string(reinterpret_cast<const char*>(data), size);
  exercise(load_project(text), {}, size);
  return 0;
}
