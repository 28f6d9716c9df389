// Reads XMILE (1.0 and the Stella dialects before and after it) into the model as written.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// What the writer declares on its own, so the reader does not keep it.
constexpr std::string_view isee_namespace = " xmlns:isee=\"http://iseesystems.com/XMILE\"";

// The elements of variables, by VariableKind.
constexpr const char* xmile_tags[] = {"stock", "flow", "aux", "gf", "module"};

// `text` is UTF-8. None only where nothing can be listed (not XML, no model); otherwise as much of the project as there
// is, with diagnostics for the rest.
std::optional<Project> read_xmile(std::string_view text, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
