#include "support/number.h"

#include "support/powers_of_five.h"

// Our table in place of fast_float's own: this is the guard of its header.
#define FASTFLOAT_FAST_TABLE_H
#include <fast_float/float_common.h>
namespace fast_float {
struct powers {
  static constexpr int smallest_power_of_five = loopscope::smallest_power_of_five, largest_power_of_five = loopscope::largest_power_of_five;
  struct Table {
    uint64_t operator[](int i) const { return loopscope::powers_of_five()[i]; }
  };
  static constexpr Table power_of_five_128{};
};
}  // namespace fast_float
#include <fast_float/fast_float.h>

#include <cmath>

namespace loopscope {

std::optional<double> parse_number(std::string_view text) {
  const std::string_view blanks = " \t\r\n";
  size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  // fast_float reads "inf" and "nan" and a second sign; a number starts with a digit or a point.
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return {};
  double value = 0;
  auto end = text.data() + text.size();
  auto result = fast_float::from_chars(text.data(), end, value);
  // Out of range is judged by the value: versions differ in what they report for numbers that round to 0.
  if (result.ec == std::errc::invalid_argument || result.ptr != end || !std::isfinite(value)) return {};
  return negative ? -value : value;
}

}  // namespace loopscope
