#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// (H, W, C) -> (H * W * C): the same numbers under another shape.
class Flatten final : public SampleLayer {
 public:
  explicit Flatten(const convoy::Flatten&) {}
  static const Described<convoy::Flatten>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

}  // namespace convoy::layers
