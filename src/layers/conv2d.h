#pragma once

#include <cstddef>

#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// 2-D convolution: (H, W, C) -> (H', W', filters), which is a cross-correlation, as in all frameworks:
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
  convoy::Conv2D options_;  // NOLINT(misc-non-private-member-variables-in-classes): DepthwiseConv2D changes it

 private:
  enum Parameter : std::size_t { kernel, bias };

  /// Assigns the rows of the sample's output that lie in the task's band.
  void forward_sample(const Pass& pass, const Task& task) const;
  /// Adds the kernel's gradient of a group's samples to the group's sums, where the convolution joins samples.
  void backward_kernel_of_group(const Pass& pass, const Task& task) const;
  /// Assigns the sample's d_input unless it is null, and, if trainable, adds its gradients of kernel and bias to its
  /// group's sums.
  void backward_sample(const Pass& pass, const Task& task) const;
  /// Adds the groups' sums to the gradients: of the kernel's one part, and in part 0 the bias's.
  void add_groups(const Pass& pass, int part) const;

  Convolution convolution_;
};

}  // namespace convoy::layers
