#include "train/calibration.h"

#include <algorithm>
#include <cmath>

namespace convoy {

// Bin i holds the probabilities above i / 15, up to (i + 1) / 15.
void Calibration::add(double probability, bool right) {
  const double place = std::ceil(probability * bins) - 1;
  // In this order std::max gives 0 for NaN, which makes the error NaN.
  Bin& bin = bins_[static_cast<std::size_t>(std::min(std::max(0.0, place), bins - 1.0))];
  ++bin.samples;
  bin.right += right ? 1 : 0;
  bin.probability += probability;
}

double Calibration::error() const {
  double sum = 0;
  std::int64_t samples = 0;
  for (const Bin& bin : bins_) {
    sum += std::abs(static_cast<double>(bin.right) - bin.probability);
    samples += bin.samples;
  }
  return samples == 0 ? 0 : sum / static_cast<double>(samples);
}

}  // namespace convoy
