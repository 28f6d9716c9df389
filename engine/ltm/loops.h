// From circuits of the causal graph to loops: where a path starts, which circuits are one loop that repeats for every element, ids by
// content, cycle partitions. Used before the run (exhaustive mode, pinned loops) and after it (discovery).
#pragma once
#include "ltm/plan.h"

namespace loopscope {

// Circuits are lists of edges of the plan that start anywhere.
using CircuitList = std::vector<std::vector<uint32_t>>;

// A circuit as it starts at its least edge: equal for all of its rotations.
std::vector<uint32_t> from_least(std::vector<uint32_t> edges);

// Grouped, in order of id. `taken`: ids that other loops have already.
std::vector<Loop> make_loops(const Program& program, const LtmPlan& plan, CircuitList circuits, const std::vector<Loop>& taken = {});

// Gives every slot its partition and lists the partitions: strongly connected stocks, numbered as their first loops are; a loop
// without stock is alone. Stocks inside macros count, unnamed.
std::vector<Partition> assign_partitions(const Program& program, const LtmPlan& plan, std::vector<Loop>& loops);

// A macro's composite may hide its stocks, so a loop through it counts as having one.
bool has_stock(const LtmPlan& plan, const LoopSlot& slot);

// `r1`, or `r1[nyc]` of a loop that repeats.
std::string slot_name(const Program& program, const Loop& loop, const LoopSlot& slot);
std::vector<std::string> slot_elements(const Program& program, const Loop& loop, const LoopSlot& slot);

// Circuits through the named variables in this order, and otherwise only through variables that a person is not shown. A name is a
// variable's, which stands for all its elements, or an element's. Errors: unknown_variable, unknown_loop.
CircuitList find_pinned(const Program& program, const LtmPlan& plan, const std::vector<std::string>& names, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
