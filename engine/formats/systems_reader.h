// The text language "systems": a line a stock or a flow between two, in rounds. Text -> model (docs/formats.md says what becomes of what).
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// True if some line reads as a flow from one stock to another.
bool is_systems(std::string_view text);
std::optional<Project> read_systems(std::string_view text, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
