#pragma once

#include <cstddef>

#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// 2-D convolution: (H, W, C) -> (H', W', filters), cross-correlation as everywhere in the field:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i of x[oy s + ky d - pad][ox s + kx d - pad][i] * kernel[ky][kx][i][o]
///
/// With groups, each makes its share of the filters from its share of the channels.
/// Parameters: kernel (kh, kw, C / groups, filters) and, unless use_bias is false, bias (filters).
class Conv2D : public Layer {
 public:
  explicit Conv2D(const convoy::Conv2D& options) : options_(options) {}
  static const Described<convoy::Conv2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const final;
  Stages backward(bool trainable) const final;

 protected:
  convoy::Conv2D options_;  // NOLINT(misc-non-private-member-variables-in-classes): of a convolution of another kind

 private:
  enum Parameter : std::size_t { kernel, bias };

  void forward_sample(const Pass& pass, const Task& task) const;
  void backward_sample(const Pass& pass, const Task& task) const;
  void add_groups(const Pass& pass, int part) const;

  Convolution convolution_;
};

}  // namespace convoy::layers
