#pragma once

#include <span>

namespace convoy {

/// Mean and deviation of repeated measurements.
struct Spread {
  double mean = 0;
  double deviation = 0;  ///< of the sample (n - 1); 0 for one value
};

/// Both are 0 where there are no values.
Spread spread_of(std::span<const double> values);

}  // namespace convoy
