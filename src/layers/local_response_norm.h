#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Local response normalisation (Krizhevsky et al. 2012): at each pixel, by channel,
///
///     y[c] = x[c] / s[c]^beta     s[c] = k + alpha / size * sum over channels j of [c - size / 2, c + (size - 1) / 2]
///                                        of x[j]^2
class LocalResponseNorm final : public SampleLayer {
 public:
  explicit LocalResponseNorm(const convoy::LocalResponseNorm& options) : options_(options) {}
  static const Described<convoy::LocalResponseNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  /// s of one pixel.
  void scales(double* s, const float* x) const;

  convoy::LocalResponseNorm options_;
  int channels_ = 0;
  int pixels_ = 0;
};

}  // namespace convoy::layers
