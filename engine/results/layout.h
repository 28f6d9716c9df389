// The layout of a run's results as JSON (docs/interfaces.md): what travels beside a slab and inside a blob.
#pragma once
#include <string>

#include "ir/program.h"
#include "ltm/plan.h"

namespace loopscope {

// `plan` may be nullptr: no LTM.
std::string layout_json(const Program& program, const LtmPlan* plan);

}  // namespace loopscope
