// From equations in any order to THE program: what is constant, what is run-invariant, initial values in their own order, the
// rest by dependency. Slots are given last (assign_slots), after LTM has added its scores.
#pragma once
#include "ir/program.h"
#include "support/diagnostics.h"

namespace loopscope {

struct UnorderedProgram {
  Program program;                // variables, expressions, stocks, delays, lags, macros, tables; no equations yet
  std::vector<ExprId> dynamic;    // a variable: its value from this instant; none_id for time, stocks and Role::Initial
  std::vector<ExprId> initial;    // a variable: initial value of a stock or Role::Initial; of others where it has one of its own
};

// Errors (circular_dependency, circular_initial) name the variables of the cycle in order.
Program schedule(UnorderedProgram unordered, std::vector<Diagnostic>& diagnostics);

// Row: time, stocks, other variables in order of evaluation, scores. Fixed: constants, then the rest.
void assign_slots(Program& program);

}  // namespace loopscope
