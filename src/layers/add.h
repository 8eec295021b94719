#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The sum of two or more inputs of one shape.
class Add final : public SampleLayer {
 public:
  explicit Add(const convoy::Add&) {}
  static const Described<convoy::Add>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

}  // namespace convoy::layers
