#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace convoy {

/// The number of IEEE's 16 bits: sign, five of exponent and ten of fraction.
inline float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10U) & 0x1fU;
  const int fraction = bits & 0x3ffU;
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 0x1f) return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return fraction != 0 ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
}

/// The number whose upper 16 bits these are.
inline float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }

}  // namespace convoy
