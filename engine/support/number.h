// Numbers in text: the one place that turns digits into a double, exactly rounded and blind to the locale.
#pragma once
#include <optional>
#include <string_view>

namespace loopscope {

// The number that the whole of `text` spells: decimal digits, point, exponent; a leading sign and blanks around it are
// allowed. None for words (INF, NAN), hexadecimal, anything left over, and numbers too large for a double.
std::optional<double> parse_number(std::string_view text);

}  // namespace loopscope
