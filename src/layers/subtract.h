#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The first of two inputs of one shape less the second.
class Subtract final : public SampleLayer {
 public:
  explicit Subtract(const convoy::Subtract&) {}
  static const Described<convoy::Subtract>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

}  // namespace convoy::layers
