// From equations in any order to THE program: what is constant, what is run-invariant, initial values in their own order, the
// rest by dependency. Slots are given last (assign_slots), after LTM has added its scores.
#pragma once
#include "ir/program.h"
#include "support/diagnostics.h"

namespace loopscope {

struct UnorderedProgram {
  Program program;                              // variables, expressions, stocks, delays, lags, macros, tables; no equations yet
  std::vector<std::vector<Equation>> dynamic;   // a variable: its values at this instant; none for time, stocks and Role::Initial
  std::vector<std::vector<Equation>> initial;   // a variable: initial values of a stock or Role::Initial; of others where it has its own
};

// Errors (circular_dependency, circular_initial) name the variables of the cycle in order.
Program schedule(UnorderedProgram unordered, std::vector<Diagnostic>& diagnostics);

// Reductions that nothing in a run changes, inside equations that change, become hidden variables of the fixed region: computed once.
void hoist_invariants(Program& program);

// Row: time, stocks, other variables in order of evaluation, scores. Fixed: constants, then the rest.
void assign_slots(Program& program);

}  // namespace loopscope
