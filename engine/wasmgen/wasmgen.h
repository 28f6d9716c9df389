// Program -> a self-contained wasm module ("blob"): the program's own functions, written with Binaryen, linked to the
// run-time functions they need out of the base module. ABI in docs/interfaces.md.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ir/program.h"
#include "support/result.h"

namespace loopscope {

// Fails with wasmgen_unsupported where wasm32 cannot hold the run. `layout` becomes the custom section loopscope.layout. With `names` functions
// have theirs, for people who read the module.
Result<std::vector<uint8_t>> generate_blob(const Program& program, const std::string& layout, bool names = false);

}  // namespace loopscope
