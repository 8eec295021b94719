#pragma once

#include "layers/sample_norm.h"

namespace convoy::layers {

/// Layer normalisation (Ba, Kiros & Hinton 2016) over the last axis, at each position of each sample apart:
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta     with the mean and variance of the channels.
class LayerNorm final : public SampleNorm {
 public:
  explicit LayerNorm(const convoy::LayerNorm& options) : SampleNorm(options) {}
  static const Described<convoy::LayerNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};

}  // namespace convoy::layers
