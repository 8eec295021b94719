#include "core/spread.h"

#include <cmath>

namespace convoy {

Spread spread_of(std::span<const double> values) {
  if (values.empty()) return {};
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  double squares = 0;
  for (const double value : values) {
    const double distance = value - mean;
    squares += distance * distance;
  }
  return {mean, values.size() == 1 ? 0 : std::sqrt(squares / (count - 1))};
}

}  // namespace convoy
