#pragma once

#include <vector>

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// A larger image, (H, W, C) -> (H * size, W * size, C): each pixel repeated, or what lies on the lines between the
/// centres of neighbouring pixels.
class UpSampling2D final : public SampleLayer {
 public:
  explicit UpSampling2D(const convoy::UpSampling2D& options) : options_(options) {}
  static const Described<convoy::UpSampling2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  /// The places of an input axis that an output is made from, and the second's share.
  struct Between {
    int first, second;
    float share;
  };
  std::vector<Between> axis(int in, int factor) const;
  /// Calls visit(output pixel, input pixel, share) for every part of the output.
  template <class Visit>
  void each_part(const Visit& visit) const;

  convoy::UpSampling2D options_;
  std::size_t channels_ = 0;
  int width_ = 0;  ///< of the input
  std::vector<Between> rows_ = {};
  std::vector<Between> columns_ = {};
};

}  // namespace convoy::layers
