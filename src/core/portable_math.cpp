#include "core/portable_math.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <numbers>

namespace convoy::portable {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// ln 2 and pi / 2 in parts, of which all but the last have exact products with whole numbers up to 2^20.
constexpr double ln2_high = 0x1.62e42feep-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
constexpr double half_pi_high = 0x1.921fb544p0;
constexpr double half_pi_middle = 0x1.0b4611a6p-34;
constexpr double half_pi_low = 0x1.3198a2e037073p-69;

/// The whole number nearest to x, |x| < 2^51.
double nearest(double x) {
  constexpr double to_integer = 0x1.8p52;
  return (x + to_integer) - to_integer;
}

/// c[0] + c[1] x + ...
template <int n>
double polynomial(double x, const double (&c)[n]) {
  double sum = c[n - 1];
  for (int i = n - 2; i >= 0; --i) sum = sum * x + c[i];
  return sum;
}

/// 1 / n!, n <= 18
constexpr double over_factorial(int n) {
  double product = 1;
  for (int i = 2; i <= n; ++i) product *= i;
  return 1 / product;
}

/// 2^n for -1022 <= n <= 1023
double power_of_2(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

/// x = mantissa * 2^exponent, 1/sqrt(2) <= mantissa < sqrt(2), for a finite x > 0
struct Parts {
  double mantissa;
  int exponent;
};
Parts parts(double x) {
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  if (x < smallest_normal) {
    const Parts scaled = parts(x * 0x1p54);
    return {scaled.mantissa, scaled.exponent - 54};
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1;
  const double mantissa = std::bit_cast<double>((bits & fraction) | std::bit_cast<std::uint64_t>(1.0));
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  return mantissa < std::numbers::sqrt2 ? Parts{mantissa, exponent} : Parts{mantissa / 2, exponent + 1};
}

/// x = quarter * pi / 2 + angle + rest, where |angle| is at most about pi / 4, and rest is what rounding took from it.
struct Quarters {
  int quarter;  ///< modulo 4
  double angle, rest;
};
Quarters quarters(double x) {
  const double count = nearest(x * (2 / std::numbers::pi));
  const double high = x - count * half_pi_high;
  const double middle = high - count * half_pi_middle;
  const double low = ((high - middle) - count * half_pi_middle) - count * half_pi_low;
  const double angle = middle + low;
  return {static_cast<int>(count) & 3, angle, (middle - angle) + low};
}

double sine_of(const Quarters& q) {
  const double square = q.angle * q.angle;
  const double series =
      polynomial(square, {-over_factorial(3), over_factorial(5), -over_factorial(7), over_factorial(9),
                          -over_factorial(11), over_factorial(13), -over_factorial(15), over_factorial(17)});
  return q.angle + (q.angle * square * series + q.rest * (1 - 0.5 * square));
}

double cosine_of(const Quarters& q) {
  const double square = q.angle * q.angle;
  const double series =
      polynomial(square, {over_factorial(4), -over_factorial(6), over_factorial(8), -over_factorial(10),
                          over_factorial(12), -over_factorial(14), over_factorial(16), -over_factorial(18)});
  const double half = 0.5 * square;
  const double near_1 = 1 - half;
  return near_1 + (((1 - near_1) - half) + (square * square * series - q.angle * q.rest));
}

}  // namespace

double exp(double x) {
  if (!(x < 710)) return x * infinity;  // NaN stays
  if (x < -746) return 0;
  const double count = nearest(x * std::numbers::log2e);
  const double high = x - count * ln2_high;
  const double low = count * ln2_low;
  const double r = high - low;
  const double series = polynomial(r, {over_factorial(2), over_factorial(3), over_factorial(4), over_factorial(5),
                                       over_factorial(6), over_factorial(7), over_factorial(8), over_factorial(9),
                                       over_factorial(10), over_factorial(11), over_factorial(12), over_factorial(13)});
  const double mantissa = 1 + (r + (r * r * series + ((high - r) - low)));
  // In two steps, since 2^count may be too small or too large for a double.
  const int half = static_cast<int>(count) / 2;
  return mantissa * power_of_2(half) * power_of_2(static_cast<int>(count) - half);
}

// With s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - f^2 / 2 + s (f^2 / 2 + 2/3 s^2 + 2/5 s^4 + ...).
double log(double x) {
  if (!(x > 0)) return x == 0 ? -infinity : std::numeric_limits<double>::quiet_NaN();
  if (x == infinity) return x;
  const auto [mantissa, exponent] = parts(x);
  const double f = mantissa - 1;
  const double s = f / (2 + f);
  const double square = s * s;
  const double series = square * polynomial(square, {2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15,
                                                     2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23});
  const double half_square = 0.5 * f * f;
  return exponent * ln2_high + (f - (half_square - (s * (half_square + series) + exponent * ln2_low)));
}

double log1p(double x) {
  const double sum = 1 + x;
  if (sum == infinity) return sum;
  return log(sum) + (x - (sum - 1)) / sum;  // the second term is what rounding took from the sum
}

double pow(double x, double y) {
  if (y == 0) return 1;
  if (y == 1) return x;
  if (y == 2) return x * x;
  return exp(y * log(x));
}

double sin(double x) {
  const Quarters q = quarters(x);
  const double size = q.quarter % 2 == 0 ? sine_of(q) : cosine_of(q);
  return q.quarter < 2 ? size : -size;
}

double cos(double x) {
  const Quarters q = quarters(x);
  const double size = q.quarter % 2 == 0 ? cosine_of(q) : sine_of(q);
  return q.quarter == 0 || q.quarter == 3 ? size : -size;
}

double tan(double x) { return sin(x) / cos(x); }

}  // namespace convoy::portable
