#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The same numbers in another shape.
class Reshape final : public SampleLayer {
 public:
  explicit Reshape(const convoy::Reshape& options) : wanted_(options.shape) {}
  static const Described<convoy::Reshape>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Shape target(const Shape& input) const;

  Integers wanted_;
  std::size_t size_ = 0;
};

}  // namespace convoy::layers
