#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The mean of two or more inputs of one shape.
class Average final : public SampleLayer {
 public:
  explicit Average(const convoy::Average&) {}
  static const Described<convoy::Average>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
  float share_ = 1;
};

}  // namespace convoy::layers
