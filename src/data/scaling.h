#pragma once

#include <optional>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// Scales samples of one shape. Each channel's factors are spread over a whole sample, so that the work is one plain
/// loop.
class SampleScaler {
 public:
  /// Throws Error{data} where the scaling is for another number of channels.
  SampleScaler(const Scaling& scaling, const Shape& sample);

  /// `to` may be `from`.
  template <class T>
  void apply(const T* from, float* to) const {
    for (std::size_t i = 0; i < multiply_.size(); ++i) to[i] = static_cast<float>(from[i]) * multiply_[i] + add_[i];
    if (threshold_) apply_threshold(to);
  }

 private:
  void apply_threshold(float* values) const;

  std::vector<float> multiply_;
  std::vector<float> add_;
  std::optional<float> threshold_;
};

}  // namespace convoy
