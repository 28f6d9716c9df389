// The diagrams of a Vensim file as XMILE views, and back: where each variable stands, the pipes of flows, the arrows between variables.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/model.h"

namespace loopscope {

// `variables`: as they are written to XMILE. Empty where the sketch shows none of them.
std::string views_of_sketch(std::string_view sketch, const std::vector<Variable>& variables);
// Of the views that an XMILE model was read with; `written`: its variables as they are written to the Vensim file. Empty where no view shows any.
std::string sketch_of_views(const Model& model, const std::vector<Variable>& written);
// The names of groups that an XMILE model was read with, by the ids of their variables; and such groups as XML.
std::unordered_map<std::string, std::string> groups_in(const Model& model);
std::string groups_of(const std::vector<Variable>& variables);

}  // namespace loopscope
