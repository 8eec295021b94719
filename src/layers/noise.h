#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// In training y = x + m + s * n with n normal for each value; otherwise passes values on. By default m is `mean` and s
/// is `deviation`: Keras's GaussianNoise. With `redrawn` each channel (the last axis) draws in each step its own m from
/// U(-mean, mean) and its own s from U(0, deviation), the same for all samples of the batch: behind a batch norm, this
/// is the noise with a changing distribution of Santurkar et al. 2018 ("How does batch normalization help
/// optimization?"). All numbers depend on seed, step, sample and layer only.
class Noise final : public SampleLayer {
 public:
  explicit Noise(const convoy::Noise& options);
  static const Described<convoy::Noise>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  double mean_;
  double deviation_;
  bool redrawn_;
  std::size_t size_ = 0;
  std::size_t channels_ = 0;
};

}  // namespace convoy::layers
