#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// (H, W, C) -> (C), the largest over height and width. Saves its pixel for backward.
class GlobalMaxPool final : public SampleLayer {
 public:
  explicit GlobalMaxPool(const convoy::GlobalMaxPool&) {}
  static const Described<convoy::GlobalMaxPool>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t pixels_ = 0;
  std::size_t channels_ = 0;
};

}  // namespace convoy::layers
