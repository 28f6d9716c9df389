// The project's own format (docs/formats.md): JSON text -> model. Also the flat form {variables, specs} that some tools write.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// None if the text is not JSON or holds no model; whatever else is wrong is told in the diagnostics and left out.
std::optional<Project> read_json(std::string_view text, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
