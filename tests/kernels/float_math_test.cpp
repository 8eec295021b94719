#include "kernels/float_math.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace convoy::kernels {
namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

/// The largest error of got(x), in units in the last place of exact(x), over floats from `low` to `high`: every 997th
/// bit pattern, which takes in denormal numbers, and the bounds.
template <class Got, class Exact>
double largest_error(const Got& got, const Exact& exact, float low, float high) {
  double largest = 0;
  const auto measure = [&](float x) {
    if (!(x >= low && x <= high)) return;
    const double want = exact(double{x});
    const auto nearest = static_cast<float>(want);
    if (std::isinf(nearest)) {
      if (got(x) != nearest) largest = std::numeric_limits<double>::infinity();
      return;
    }
    const int exponent = want == 0 ? -126 : std::max(std::ilogb(want), -126);
    largest = std::max(largest, std::abs(double{got(x)} - want) / std::ldexp(1.0, exponent - 23));
  };
  for (const float bound : {low, high, 0.0F, -0.0F}) measure(bound);
  for (std::uint64_t bits = 0; bits <= 0xffffffffU; bits += 997)
    measure(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return largest;
}

TEST_CASE("functions of floats are below 2 units in the last place from the exact value") {
  const auto error_of = [](auto got, double (*exact)(double), float low = -infinite) {
    return largest_error(got, exact, low, infinite);
  };
  CHECK(error_of([](float x) { return exp(x); }, std::exp) < 1.1);
  CHECK(error_of([](float x) { return expm1(x); }, std::expm1) < 1.5);
  CHECK(error_of([](float x) { return tanh(x); }, std::tanh) < 1.4);
  CHECK(error_of([](float x) { return erf(x); }, std::erf) < 1.2);
  CHECK(largest_error([](float x) { return log1p(x); }, [](double x) { return std::log1p(x); }, 0, 1) < 1.5);
}

TEST_CASE("functions of floats let NaN through") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float value : {exp(nan), expm1(nan), log1p(nan), tanh(nan), erf(nan)}) CHECK(std::isnan(value));
}

}  // namespace
}  // namespace convoy::kernels
