#pragma once

#include <vector>

#include "convoy/dataset.h"
#include "formats/keras_config.h"

namespace convoy::formats {

/// The layers that scale the input, one after the other, as one scaling by channel: x * multiply + add.
class KerasScaling {
 public:
  explicit KerasScaling(int channels);

  /// x * scale + offset, each one number or one for each channel. Throws Error{data} for others.
  void rescale(const KerasConfig& config, const std::vector<double>& scale, const std::vector<double>& offset);
  /// (x - mean) / deviation.
  void normalize(const KerasConfig& config, const std::vector<double>& mean, const std::vector<double>& variance);

  /// Empty where nothing is scaled.
  Scaling scaling() const;

 private:
  std::vector<double> for_channels(const KerasConfig& config, const std::vector<double>& numbers) const;

  std::vector<double> multiply_;
  std::vector<double> add_;
};

}  // namespace convoy::formats
