// A model in the project's own format (docs/formats.md). Reading it gives the same model again, and writing that the same text.
#pragma once
#include <string>

#include "model/model.h"

namespace loopscope {

std::string write_json(const Project& project);

}  // namespace loopscope
