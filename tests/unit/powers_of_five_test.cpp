#include "support/powers_of_five.h"

#include <doctest/doctest.h>
// The table alone: number.cpp gives the rest of fast_float another one.
#include <fast_float/float_common.h>
#include <fast_float/fast_table.h>

using namespace loopscope;

TEST_CASE("the computed powers of five are fast_float's") {
  using published = fast_float::powers_template<>;
  REQUIRE(smallest_power_of_five == published::smallest_power_of_five);
  REQUIRE(largest_power_of_five == published::largest_power_of_five);
  for (int i = 0; i < published::number_of_entries; i++) {
    CAPTURE(i);
    REQUIRE(powers_of_five()[i] == published::power_of_five_128[i]);
  }
}
