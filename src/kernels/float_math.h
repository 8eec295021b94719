#pragma once

#include "kernels/simd.h"

/// Functions of real numbers that have the same bits wherever multiply_add is fused, unlike the C library's; below 2
/// units in the last place from the exact value (tests/kernels/float_math_test.cpp measures each). They have no
/// branches, so loops over them vectorise. In an unnamed namespace, as all of simd.h.
namespace convoy::kernels {
namespace {  // NOLINT(google-build-namespaces): see above

CONVOY_INLINE float float_of_bits(unsigned bits) { return __builtin_bit_cast(float, bits); }
CONVOY_INLINE unsigned bits_of(float x) { return __builtin_bit_cast(unsigned, x); }

/// c[0] x^(n-1) + ... + c[n-1]
template <int n>
CONVOY_INLINE float polynomial(float x, const float (&c)[n]) {
  float sum = c[0];
  CONVOY_UNROLL for (int i = 1; i < n; ++i) sum = multiply_add(sum, x, c[i]);
  return sum;
}

// ln 2, the first part short enough that its products with small whole numbers are exact.
constexpr float ln2_high = 0x1.62e4p-1F;
constexpr float ln2_low = 0x1.7f7d1cp-20F;

/// x = count * ln 2 + rest + rest_low, where |rest| is at most ln 2 / 2, and rest_low is what rounding took from it.
struct Halvings {
  unsigned count;  ///< a signed number in two's complement
  float count_float, rest, rest_low;
};
CONVOY_INLINE Halvings divide_by_ln2(float x) {
  constexpr float to_integer = 0x1.8p23F;  // a sum with it is rounded to a whole number, which its last bits hold
  const float shifted = multiply_add(x, 0x1.715476p0F, to_integer);
  const float count = shifted - to_integer;
  const float high = multiply_add(count, -ln2_high, x);
  const float rest = multiply_add(count, -ln2_low, high);
  return {bits_of(shifted) - bits_of(to_integer), count, rest, multiply_add(count, -ln2_low, high - rest)};
}

/// 2^n for -126 <= n <= 127
CONVOY_INLINE float power_of_2(unsigned n) { return float_of_bits((n + 127U) << 23U); }

/// (exp(x) - 1 - x) / x^2 for |x| <= ln 2 / 2
CONVOY_INLINE float exp_rest(float x) {
  return polynomial(
      x, {1.9875691500E-4F, 1.3981999507E-3F, 8.3334519073E-3F, 4.1665795894E-2F, 1.6666665459E-1F, 5.0000001201E-1F});
}

CONVOY_INLINE float exp(float x) {
  x = x > 90 ? 90 : x;  // infinite beyond
  x = x < -105 ? -105 : x;
  const Halvings h = divide_by_ln2(x);
  const float mantissa = 1 + multiply_add(h.rest * h.rest, exp_rest(h.rest), h.rest);
  // In two steps, since 2^count may be too small or too large for a float.
  const unsigned half = ((h.count + 256U) >> 1U) - 128U;
  return mantissa * power_of_2(half) * power_of_2(h.count - half);
}

CONVOY_INLINE float expm1(float x) {
  x = x > 88.8F ? 88.8F : x;
  x = x < -30 ? -30 : x;  // -1 below
  const Halvings h = divide_by_ln2(x);
  const float mantissa = h.rest + multiply_add(h.rest * h.rest, exp_rest(h.rest), h.rest_low);
  const float half = power_of_2(h.count - 1);  // 2^128 would be infinite too early
  const float result = 2 * multiply_add(mantissa, half, half - 0.5F);
  return h.count == 0 ? mantissa : result;
}

/// log(1 + x) for 0 <= x <= 1. With f = x or, for large x, (1 + x) / 2 - 1, and s = f / (2 + f),
/// log(1 + f) = 2 atanh(s) = f - f^2 / 2 + s (f^2 / 2 + s^2 (2/3 + 2/5 s^2 + ...)).
CONVOY_INLINE float log1p(float x) {
  const bool halved = x > 0.41421356F;
  const float f = halved ? 0.5F * (x - 1) : x;
  const float s = f / (2 + f);
  const float square = s * s;
  const float series = square * polynomial(square, {0.24279078841F, 0.28498786688F, 0.40000972152F, 0.66666662693F});
  const float half_square = 0.5F * f * f;
  const float tail = multiply_add(s, half_square + series, halved ? ln2_low : 0);
  return (halved ? ln2_high : 0) + (f - (half_square - tail));
}

CONVOY_INLINE float magnitude(float x) { return float_of_bits(bits_of(x) & 0x7fffffffU); }
CONVOY_INLINE float with_sign_of(float sign, float x) {
  return float_of_bits(bits_of(x) | (bits_of(sign) & 0x80000000U));
}

CONVOY_INLINE float tanh(float x) {
  const float size = magnitude(x);
  const float square = x * x;
  const float near_0 = multiply_add(x * square,
                                    polynomial(square, {-5.70498872745E-3F, 2.06390887954E-2F, -5.37397155531E-2F,
                                                        1.33314422036E-1F, -3.33332819422E-1F}),
                                    x);
  const float beyond = 1 - 2 / (exp(2 * size) + 1);
  return size < 0.625F ? near_0 : with_sign_of(x, beyond);
}

CONVOY_INLINE float erf(float x) {
  const float size = magnitude(x);
  const float square = x * x;
  const float near_0 = multiply_add(polynomial(square, {-5.96761703e-4F, 4.99119423e-3F, -2.67681349e-2F,
                                                        1.12819925e-1F, -3.76125336e-1F, 1.28379166e-1F}),
                                    x, x);
  // 1 - erf = exp(a polynomial)
  const float high = multiply_add(-1.72853470e-5F, size, 3.83197126e-4F);
  const float middle = multiply_add(-3.88396438e-3F, size, 2.42546219e-2F);
  float power = multiply_add(high, square, middle);
  power = multiply_add(power, size, -1.06777877e-1F);
  power = multiply_add(power, size, -6.34846687e-1F);
  power = multiply_add(power, size, -1.28717512e-1F);
  power = multiply_add(power, size, -size);
  return size > 0.927734375F ? with_sign_of(x, 1 - exp(power)) : near_0;
}

}  // namespace
}  // namespace convoy::kernels
