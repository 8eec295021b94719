#pragma once

#include <span>

namespace convoy {

/// The mean and deviation of repeated measurements.
struct Spread {
  double mean = 0;
  double deviation = 0;  ///< of the sample (n - 1); 0 for one value
};

/// The mean and deviation of the values; both are 0 without values.
Spread spread_of(std::span<const double> values);

}  // namespace convoy
