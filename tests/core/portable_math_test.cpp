#include "core/portable_math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/random.h"

namespace convoy {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The largest error of got(x), in units in the last place, at random x from `low` to `high`. The C library's long
/// double is exact enough to measure with.
double largest_error(double (*got)(double), long double (*exact)(long double), double low, double high) {
  Random random(7, Purpose::noise);
  double largest = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = static_cast<double>(random.next()) * 0x1p-32;
    const double x = low + (high - low) * u;
    const long double want = exact(x);
    const int exponent = std::max(std::ilogb(want), -1022);
    const auto error = static_cast<double>(std::abs(static_cast<long double>(got(x)) - want));
    largest = std::max(largest, std::ldexp(error, 52 - exponent));
  }
  return largest;
}

TEST_CASE("portable functions are as exact as their header says") {
  if (std::numeric_limits<long double>::digits < 64) return;  // nothing to measure with
  const auto exp = [](long double x) { return std::exp(x); };
  const auto log = [](long double x) { return std::log(x); };
  const auto log1p = [](long double x) { return std::log1p(x); };
  const auto sin = [](long double x) { return std::sin(x); };
  const auto cos = [](long double x) { return std::cos(x); };
  CHECK(largest_error(portable::exp, exp, -1, 1) <= 1);
  CHECK(largest_error(portable::exp, exp, -745, 709.7) <= 1);
  CHECK(largest_error(portable::log, log, 0.1, 3) < 1);
  CHECK(largest_error(portable::log, log, 1e-320, 1e-300) < 1);
  CHECK(largest_error(portable::log, log, 1, 1e300) < 1);
  CHECK(largest_error(portable::log1p, log1p, 0, 2) < 2);
  CHECK(largest_error(portable::log1p, log1p, 0, 1e-8) < 2);
  for (const double range : {0.5, 7.0, 1e5}) {
    CHECK(largest_error(portable::sin, sin, -range, range) < 1);
    CHECK(largest_error(portable::cos, cos, -range, range) < 1);
  }
  CHECK(largest_error(
            portable::tan, [](long double x) { return std::tan(x); }, -1.5, 1.5) < 3);
}

TEST_CASE("portable powers are within their error") {
  CHECK(portable::pow(0.1, 1) == 0.1);
  CHECK(portable::pow(0.3, 0) == 1);
  CHECK(portable::pow(0.3, 2) == 0.3 * 0.3);
  CHECK(portable::pow(0, 0.5) == 0);
  for (const double x : {0.5, 0.9, 0.999, 1.7, 40.0}) {
    for (const double y : {-1.75, -0.75, 0.5, 3.0, 7.0, 20.0}) {
      const double error = std::abs(portable::pow(x, y) / std::pow(x, y) - 1);
      CHECK(error <= (2 + std::abs(y * std::log(x))) * 0x1p-52);
    }
  }
}

TEST_CASE("portable functions at infinity, NaN and the ends of their range") {
  CHECK(portable::exp(infinite) == infinite);
  CHECK(portable::exp(-infinite) == 0);
  CHECK(portable::exp(800) == infinite);
  CHECK(portable::exp(-800) == 0);
  CHECK(portable::exp(0) == 1);
  CHECK(portable::log(0) == -infinite);
  CHECK(portable::log(1) == 0);
  CHECK(portable::log(infinite) == infinite);
  CHECK(portable::log1p(infinite) == infinite);
  CHECK(portable::cos(std::numbers::pi) == -1);
  for (const double value : {portable::exp(nan), portable::log(nan), portable::log(-1), portable::log1p(nan)}) {
    CHECK(std::isnan(value));
  }
}

}  // namespace
}  // namespace convoy
