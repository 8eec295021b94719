#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "kernels/conv.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// 2-D convolution: (H, W, C) -> (H', W', filters), cross-correlation as everywhere in the field:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i of x[oy s + ky d - pad][ox s + kx d - pad][i] * kernel[ky][kx][i][o]
///
/// Parameters: kernel (kh, kw, C, filters) and, unless use_bias is false, bias (filters).
class Conv2D final : public Layer {
 public:
  explicit Conv2D(const convoy::Conv2D& options) : options_(options) {}
  static const Described<convoy::Conv2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { kernel, bias };

  float* packed_forward(const Pass& pass) const;
  float* packed_backward(const Pass& pass) const;
  void forward_sample(const Pass& pass, const Task& task) const;
  void backward_sample(const Pass& pass, const Task& task) const;
  void add_groups(const Pass& pass, int part) const;

  int tap_floats() const;
  std::size_t kernel_sums() const;

  convoy::Conv2D options_;
  kernels::ConvShape shape_;
  std::unique_ptr<const kernels::ConvEngine> engine_;
};

}  // namespace convoy::layers
