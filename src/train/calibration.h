#pragma once

#include <array>
#include <cstdint>

namespace convoy {

/// Adds up the expected calibration error: see Evaluation::calibration_error.
class Calibration {
 public:
  static constexpr int bins = 15;

  /// Counts one sample: the probability of its prediction, and whether that was right.
  void add(double probability, bool right);
  /// The expected calibration error of all samples so far; 0 without samples.
  double error() const;

 private:
  struct Bin {
    std::int64_t samples = 0;
    std::int64_t right = 0;
    double probability = 0;  ///< sum
  };
  std::array<Bin, bins> bins_ = {};
};

}  // namespace convoy
