// Bytes of a file -> UTF-8, which is the only encoding that the readers know.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostics.h"

namespace loopscope {

// By byte order mark (removed), else by the XML declaration, else UTF-8. Windows-1252 and Latin-1 are taken as
// Windows-1252; text without XML declaration that is not UTF-8 is too, unless it is XML. None: not valid, or an encoding that is not read.
std::optional<std::string> to_utf8(std::string_view bytes, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
