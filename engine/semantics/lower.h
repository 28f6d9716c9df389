// Equations -> IR: every expanded equation as hash-consed expressions over program variables, not yet ordered.
#pragma once
#include "ir/schedule.h"
#include "semantics/equations.h"

namespace loopscope {

// For a system whose names are resolved; what only shows here (subscripts that choose nothing, missing elements) is reported.
UnorderedProgram lower_equations(const EquationSystem& system, const LineIndex& lines, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
