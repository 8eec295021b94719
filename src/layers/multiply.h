#pragma once

#include <vector>

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The product of two or more inputs: of one shape H x W x C, or of C or 1 x 1 x C, whose numbers go with every pixel.
class Multiply final : public SampleLayer {
 public:
  explicit Multiply(const convoy::Multiply&) {}
  static const Described<convoy::Multiply>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  bool is_gate(std::size_t input) const { return sizes_[input] != size_; }
  /// Multiplies `product` by an input.
  void multiply_by(float* product, std::size_t input, const float* x) const;

  std::size_t size_ = 0;
  std::size_t channels_ = 0;
  std::vector<std::size_t> sizes_ = {};
};

}  // namespace convoy::layers
