#pragma once

#include "layers/border.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Zeros around an image: (H, W, C) -> (top + H + bottom, left + W + right, C).
class ZeroPadding2D final : public SampleLayer {
 public:
  explicit ZeroPadding2D(const convoy::ZeroPadding2D& options) : border_{{}, options.padding} {}
  static const Described<convoy::ZeroPadding2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Border border_;
};

}  // namespace convoy::layers
