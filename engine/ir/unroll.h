// A scheduled program with arrays -> the same program written out by hand: a scalar variable for every element that can change, and one for
// every reducer inside a larger equation (LTM.md section 3). Values are the same to the bit, slots are where the arrays have theirs.
// LTM works on this form, so that its graph is at the level of elements and no shape of subscript is special to it.
#pragma once
#include "ir/program.h"
#include "support/diagnostics.h"

namespace loopscope {

bool has_arrays(const Program& program);

// Errors: input_too_large where the written-out form would be out of proportion.
Program unroll(const Program& program, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
