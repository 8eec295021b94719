#pragma once

#include "kernels/isa.h"

namespace convoy::kernels {

/// A convolution of each channel by itself, one NHWC image:
///
///     y[oy][ox][c] = bias[c] + sum over ky, kx of x[iy][ix][c] * kernel[ky][kx][c]
///     with iy = oy * stride_h + ky * dilation_h - pad_h, and ix likewise; x is 0 outside the image.
struct DepthwiseShape {
  int channels;
  int in_h, in_w;
  int out_h, out_w;
  int kernel_h, kernel_w;
  int stride_h, stride_w;
  int pad_h, pad_w;  ///< may be negative
  int dilation_h, dilation_w;
};

struct DepthwiseKernels {
  /// Assigns output rows [first, end) of y; bias (channels) may be null.
  void (*forward)(float* y, const float* x, const float* kernel, const float* bias, const DepthwiseShape& shape,
                  int first, int end);
  /// Adds the kernel's gradient, from dy and x, to sums (kernel_h x kernel_w x channels).
  void (*backward_kernel)(float* sums, const float* dy, const float* x, const DepthwiseShape& shape);
  /// Assigns dx. Without stride forward does the same, faster, with the kernel turned round.
  void (*backward_data)(float* dx, const float* dy, const float* kernel, const DepthwiseShape& shape);
};

inline const DepthwiseKernels& depthwise() { return for_this_cpu<DepthwiseKernels>(); }

}  // namespace convoy::kernels
