#pragma once

#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// A convolution of each channel by itself, then one of 1x1 pixels across channels: (H, W, C) -> (H', W', filters).
/// Parameters: depthwise_kernel (kh, kw, C, m), pointwise_kernel (1, 1, C * m, filters) and, unless use_bias is false,
/// bias (filters).
class SeparableConv2D final : public Layer {
 public:
  explicit SeparableConv2D(const convoy::SeparableConv2D& options) : options_(options) {}
  static const Described<convoy::SeparableConv2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { depthwise_kernel, pointwise_kernel, bias };

  void forward_sample(const Pass& pass, const Task& task) const;
  void backward_sample(const Pass& pass, const Task& task) const;
  void add_groups(const Pass& pass, int part) const;
  /// What is between the two: saved for backward, else a worker's.
  float* between(const Pass& pass, const Task& task) const;
  float* engine_scratch(const Pass& pass, const Task& task) const;
  std::size_t bias_sums() const { return depthwise_.sums_floats() + pointwise_.sums_floats(); }

  convoy::SeparableConv2D options_;
  Convolution depthwise_;
  Convolution pointwise_;
};

}  // namespace convoy::layers
