#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The largest of two or more inputs of one shape, number by number; of equals the first, which has the gradient.
class Maximum final : public SampleLayer {
 public:
  explicit Maximum(const convoy::Maximum&) {}
  static const Described<convoy::Maximum>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

}  // namespace convoy::layers
