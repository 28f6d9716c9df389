// Equations -> IR: every expanded equation as hash-consed expressions over program variables, not yet ordered.
#pragma once
#include "ir/schedule.h"
#include "semantics/equations.h"

namespace loopscope {

// Only for a system without errors; what is found here (a bad order of arguments...) is reported all the same.
UnorderedProgram lower_equations(const EquationSystem& system);

}  // namespace loopscope
