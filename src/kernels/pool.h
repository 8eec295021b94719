#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"

namespace convoy::kernels {

/// The geometry of pooling one NHWC sample, (in_h, in_w, channels) -> (out_h, out_w, channels). A window may stick out
/// of the image; what is outside does not count, unless count_padding says that zeros beside the image do.
struct PoolShape {
  int in_h, in_w, channels;
  int out_h, out_w;
  int pool_h, pool_w;
  int stride_h, stride_w;
  int pad_h, pad_w;  ///< rows above and columns to the left of the image
  int pad_bottom = 0, pad_right = 0;
  bool count_padding = false;  ///< in a mean; what lies beyond the padding never counts
};

struct PoolKernels {
  /// Assigns y, the largest of each window, and its place in the window (row * pool_w + column): the first
  /// of equal values, and NaN before all numbers.
  void (*max_forward)(float* y, std::uint8_t* place, const float* x, const PoolShape& shape);
  /// Assigns dx: each dy is added at its window's `place`, all else is 0.
  void (*max_backward)(float* dx, const float* dy, const std::uint8_t* place, const PoolShape& shape);
  /// Assigns y, the mean of the pixels of each window inside the image or, with count_padding, the padded image.
  void (*average_forward)(float* y, const float* x, const PoolShape& shape);
  /// Assigns dx: each dy is spread evenly over the pixels that count in its window.
  void (*average_backward)(float* dx, const float* dy, const PoolShape& shape);
};

inline const PoolKernels& pool() { return for_this_cpu<PoolKernels>(); }

}  // namespace convoy::kernels
