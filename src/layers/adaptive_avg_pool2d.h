#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The mean of so many windows, (H, W, C) -> (size, size, C): window i of n covers the pixels from floor(i H / n) to
/// ceil((i + 1) H / n).
class AdaptiveAvgPool2D final : public SampleLayer {
 public:
  explicit AdaptiveAvgPool2D(const convoy::AdaptiveAvgPool2D& options) : options_(options) {}
  static const Described<convoy::AdaptiveAvgPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  template <class Visit>
  void each_pixel(const Visit& visit) const;

  convoy::AdaptiveAvgPool2D options_;
  Shape input_;
};

}  // namespace convoy::layers
