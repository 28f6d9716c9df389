// Names: how the text that a modeller wrote becomes the one spelling by which things are found.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loopscope {

// Canonical form: outer quotes stripped, escapes \n \r \t \" \\ resolved (line breaks count as blanks), Unicode case
// folded, every run of blanks, underscores, tabs, line breaks and no-break spaces one underscore, ends trimmed of them.
// Invalid UTF-8 bytes are kept as they are.
std::string canonical_name(std::string_view name);

// A name as a modeller sees it: the same, but letters and underscores as written and every run of blanks one blank.
std::string one_line(std::string_view name);

// Canonical form of a name that may lead through modules: module.variable, each part canonical and quoted only where it is no plain
// name. A leading point (the outermost model) is kept.
std::string canonical_path(std::string_view path);

// Full Unicode case folding of UTF-8 text (as utf8proc has it); ASCII is done without a table.
std::string fold_case(std::string_view text);

void append_utf8(std::string& out, uint32_t code_point);

std::string_view trim_blanks(std::string_view text);
// "Boston, q1" -> its parts, at most max_subscripts and one; and back.
constexpr size_t max_subscripts = 64;  // of one element; no tool has more than a few dimensions
std::vector<std::string> split_subscripts(std::string_view text, size_t most = max_subscripts);
std::string join_subscripts(const std::vector<std::string>& subscripts);

// The id of a variable of a module instance, whose prefix is `scope` (module. or empty): module.variable, a part that is no plain name in quotes.
std::string scoped_name(const std::string& scope, const std::string& id);

// True if the name must be quoted to be read as one identifier in an equation.
bool needs_quotes(std::string_view name);

}  // namespace loopscope
