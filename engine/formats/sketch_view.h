// The diagrams of a Vensim file as XMILE views: where each variable stands, the pipes of flows, the arrows between variables.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"

namespace loopscope {

// `variables`: as they are written to XMILE. Empty where the sketch shows none of them.
std::string views_of_sketch(std::string_view sketch, const std::vector<Variable>& variables);

}  // namespace loopscope
