// The way back: a project as the text of a model file.
#pragma once
#include <string>
#include <string_view>

#include "model/model.h"
#include "support/result.h"

namespace loopscope {

// `format`: xmile, json or mdl. What the format cannot say goes to `warnings`; JSON can say all.
Result<std::string> write_project(const Project& project, std::string_view format, std::vector<Diagnostic>& warnings);

}  // namespace loopscope
