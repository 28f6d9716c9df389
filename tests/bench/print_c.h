// The program as one C file: the same memory layout, order of operations and run-time functions as a blob, in the plainest
// form that a C compiler can optimise. What tests/bench measures the engines against, and a second opinion on their results.
#pragma once
#include "ir/program.h"

namespace loopscope {

// Compiled by emcc together with the sources of wasm-runtime (tests/bench/reference_c.mjs). Exports init(), which puts the
// constants' defaults in, run(), set_value(slot, value) and results(), the address of the slab.
std::string print_c(const Program& program);

}  // namespace loopscope
