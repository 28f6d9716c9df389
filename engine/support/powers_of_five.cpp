#include "support/powers_of_five.h"

namespace loopscope {

namespace {

// A whole number of 1,056 bits, the lowest first: 2^1024 / 5^342 still has its 128 bits and many more.
struct Wide {
  static constexpr int size = 33;
  uint32_t words[size] = {};

  void multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t& word : words) {
      carry += uint64_t(word) * factor;
      word = uint32_t(carry);
      carry >>= 32;
    }
  }
  void divide(uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = size - 1; i >= 0; i--) {
      rest = rest << 32 | words[i];
      words[i] = uint32_t(rest / divisor);
      rest %= divisor;
    }
  }
  void first_bits(uint64_t* two) const {
    int top = size - 1;
    while (!words[top]) top--;
    int shift = __builtin_clz(words[top]);
    auto word = [&](int i) { return i < 0 ? 0 : words[i]; };
    auto shifted = [&](int i) { return uint32_t((uint64_t(word(i)) << 32 | word(i - 1)) << shift >> 32); };
    two[0] = uint64_t(shifted(top)) << 32 | shifted(top - 1);
    two[1] = uint64_t(shifted(top - 2)) << 32 | shifted(top - 3);
  }
};

uint64_t table[2 * (largest_power_of_five - smallest_power_of_five + 1)];

bool compute() {
  constexpr int exact = 27;  // 5^27 is the last that 64 bits hold; 1/5^27 and those before it are rounded up, all others down
  uint64_t* one = table - 2 * smallest_power_of_five;
  Wide power, inverse;
  power.words[0] = 1;
  inverse.words[Wide::size - 1] = 1;
  for (int q = 0; q <= largest_power_of_five; q++, power.multiply(5)) power.first_bits(one + 2 * q);
  for (int q = 1; q <= -smallest_power_of_five; q++) {
    // Each quotient is rounded down, and so is the whole: floor(floor(x / a) / b) is floor(x / ab).
    inverse.divide(5);
    inverse.first_bits(one - 2 * q);
    if (q <= exact) one[-2 * q + 1]++;
  }
  return true;
}

}  // namespace

const uint64_t* powers_of_five() {
  static const bool computed = compute();
  (void)computed;
  return table;
}

}  // namespace loopscope
