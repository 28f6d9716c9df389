// Reads Vensim's .mdl files into the model as written: equations stay in Vensim's language, which the parser knows.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// `text` is UTF-8. As much of the project as there is, with diagnostics for the rest.
std::optional<Project> read_vensim(std::string_view text, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
