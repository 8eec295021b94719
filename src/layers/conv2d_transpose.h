#pragma once

#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// What the gradient of a convolution's input is, as a layer: (H, W, C) -> (H', W', filters). The convolution goes from
/// y to x:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i with oy = iy s + ky d - pad of x[iy][ix][i] * kernel[ky][kx][o][i]
///
/// Parameters: kernel (kh, kw, filters, C) and, unless use_bias is false, bias (filters).
class Conv2DTranspose final : public Layer {
 public:
  explicit Conv2DTranspose(const convoy::Conv2DTranspose& options) : options_(options) {}
  static const Described<convoy::Conv2DTranspose>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { kernel, bias };

  Shape output_of(const Shape& input) const;
  void forward_sample(const Pass& pass, const Task& task) const;
  void backward_sample(const Pass& pass, const Task& task) const;
  void add_groups(const Pass& pass, int part) const;

  convoy::Conv2DTranspose options_;
  Convolution convolution_;  ///< from y to x
};

}  // namespace convoy::layers
