#pragma once

#include "layers/border.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// An image without its edges: (top + H + bottom, left + W + right, C) -> (H, W, C).
class Cropping2D final : public SampleLayer {
 public:
  explicit Cropping2D(const convoy::Cropping2D& options) : border_{{}, options.cropping} {}
  static const Described<convoy::Cropping2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Border border_;
};

}  // namespace convoy::layers
