#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/random.h"

namespace convoy::test {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// `size` normal numbers around `mean`; `index` names the stream.
inline Floats normal_floats(std::size_t size, std::uint32_t index, float mean = 0, float deviation = 1) {
  Random random(11, Purpose::initial_weights, index);
  Floats values(size);
  for (float& value : values) value = mean + deviation * random.normal();
  return values;
}

inline Doubles doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

/// The norm of the difference over the norm of `want`; infinite when the sizes differ.
template <class Got, class Want>
double relative_distance(const Got& got, const Want& want) {
  if (got.size() != want.size()) return std::numeric_limits<double>::infinity();
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    difference += std::pow(double{got[i]} - double{want[i]}, 2);
    norm += std::pow(double{want[i]}, 2);
  }
  return difference == 0 ? 0 : std::sqrt(difference / norm);
}

/// The largest difference between `gradient` and central differences of `loss` in each number of `at`, over the largest
/// gradient. In double, a step of 1e-5 leaves errors of about 1e-9.
template <class Loss>
double numeric_gradient_error(std::span<const double> gradient, Doubles at, const Loss& loss) {
  constexpr double step = 1e-5;
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double middle = at[i];
    at[i] = middle + step;
    const double above = loss(at);
    at[i] = middle - step;
    const double below = loss(at);
    at[i] = middle;
    difference = std::max(difference, std::abs((above - below) / (2 * step) - gradient[i]));
    largest = std::max(largest, std::abs(gradient[i]));
  }
  return difference / largest;
}

/// The loss whose gradient for y is d_y.
inline double weighted_sum(std::span<const double> y, std::span<const double> d_y) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * d_y[i];
  return sum;
}

}  // namespace convoy::test
