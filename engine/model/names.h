// Names: how the text that a modeller wrote becomes the one spelling by which things are found.
#pragma once
#include <string>
#include <string_view>

namespace loopscope {

// Canonical form: outer quotes stripped, escapes \n \r \t \" \\ resolved (line breaks count as blanks), Unicode case
// folded, every run of blanks, underscores, tabs, line breaks and no-break spaces one underscore, ends trimmed of them.
// Invalid UTF-8 bytes are kept as they are.
std::string canonical_name(std::string_view name);

// Canonical form of a name that may lead through modules: module.variable, each part canonical and quoted only where it is no plain
// name. A leading point (the outermost model) is kept.
std::string canonical_path(std::string_view path);

// Full Unicode case folding of UTF-8 text (as utf8proc has it); ASCII is done without a table.
std::string fold_case(std::string_view text);

// True if the name must be quoted to be read as one identifier in an equation.
bool needs_quotes(std::string_view name);

}  // namespace loopscope
