// The powers of five that fast_float multiplies by: 5^-342 to 5^308, the first 128 bits of each, the high half first. Computed when the
// first number is read, in 0.04 ms: as a table they are 10 kB that no compression makes smaller.
#pragma once
#include <cstdint>

namespace loopscope {

constexpr int smallest_power_of_five = -342, largest_power_of_five = 308;

const uint64_t* powers_of_five();

}  // namespace loopscope
