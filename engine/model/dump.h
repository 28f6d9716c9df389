// The model as text, one fact a line: for golden tests and for people who want to see what a reader understood.
#pragma once
#include <string>

#include "model/model.h"

namespace loopscope {

std::string dump_model(const Project& project);

}  // namespace loopscope
