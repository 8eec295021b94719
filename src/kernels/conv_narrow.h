#pragma once

#include <cstddef>

#include "kernels/conv.h"
#include "kernels/conv_tiles.h"

namespace convoy::kernels {

/// Computes the input's gradient for very few channels, which would leave most lanes empty if they were the columns of
/// a product. Here the columns are all taps of the kernel:
///
///     P (out_w x kernel_h * kernel_w * in_c)  =  d_y row (out_w x out_c)  kernel^T (out_c x kernel_h * kernel_w *
///     in_c)
///
/// and each number of P is added to the input that its tap meets.
class NarrowInputGradient {
 public:
  explicit NarrowInputGradient(const ConvShape& shape);

  std::size_t scratch_floats() const;
  std::size_t weights_floats() const;
  /// Assigns `weights`: the kernel transposed into panels of taps, each out_c x panel.
  void pack(float* weights, const float* kernel) const;
  /// Assigns d_x from d_y and the packed kernel; `scratch` holds P of one row.
  void compute(float* d_x, const float* d_y, const float* weights, float* scratch) const;

 private:
  /// Assigns P of one output row.
  void multiply(float* products, const float* d_y_row, const float* weights) const;
  /// Adds P of output row oy to d_x.
  void fold(float* d_x, const float* products, int oy) const;

  ConvShape s_;
  const ConvTiles& tiles_;
  int taps_;     ///< kernel_h * kernel_w * in_c
  int columns_;  ///< of P: whole panels
};

}  // namespace convoy::kernels
