#pragma once

#include <cstddef>

namespace convoy::kernels {

/// How many products of the same sizes one call makes, and the floats from each operand of one to that of the next.
struct Planes {
  int count = 1;
  std::ptrdiff_t out = 0;
  std::ptrdiff_t left = 0;
  std::ptrdiff_t right = 0;
};

/// The operands of a sum over patches, for pixels of one output row and one panel of channels:
///
///     out[p][c] = bias[c] + sum over r < rows, k < run of x[r * x_row + p * x_step + k] * weights[r][k][c]
struct OutputRow {
  float* out;  ///< pixels x columns, out_step floats from pixel to pixel
  std::ptrdiff_t out_step;
  const float* x;  ///< the first patch; x_step floats to the next pixel's, x_row to its next row
  std::ptrdiff_t x_step;
  std::ptrdiff_t x_row;
  const float* weights;  ///< rows x run x panel
  std::ptrdiff_t
      weights_step;   ///< floats from one number of a run to the next: the panel, or less where rows of weights overlap
  const float* bias;  ///< columns, or null
  int pixels;
  int columns;  ///< at most a panel
  int rows;
  int run;             ///< numbers of a patch in one row: kernel_w x in_c
  Planes planes = {};  ///< out, x and weights
};

/// The operands of the gradient of one kernel row and one panel of channels:
///
///     d_kernel[t][c] += sum over r < rows, p < pixels of x[r * x_row + p * x_step + t] * d_y[r][p][c]
struct KernelRow {
  float* d_kernel;  ///< taps x columns, out_c floats from tap to tap
  std::ptrdiff_t out_c;
  const float* x;
  std::ptrdiff_t x_step;
  std::ptrdiff_t x_row;
  const float* d_y;  ///< rows x pixels x panel, d_y_step floats from pixel to pixel
  std::ptrdiff_t d_y_step;
  int taps;     ///< kernel_w x in_c
  int columns;  ///< at most a panel
  int rows;
  int pixels;
  bool add = true;     ///< whether the sum is added to d_kernel, or assigned
  Planes planes = {};  ///< d_kernel, x and d_y
};

/// The inner loops of the direct convolution: a kernel group, see isa.h.
struct ConvTiles {
  int rows;   ///< pixels, or taps, that are computed together
  int panel;  ///< output channels that are computed together; panels are padded with zeros to this width
  /// Assigns row.out.
  void (*output_row)(const OutputRow& row);
  /// Adds to row.d_kernel, or assigns it.
  void (*kernel_row)(const KernelRow& row);
  /// Adds the sum of d_y (pixels x channels) over its pixels to sums (channels).
  void (*add_pixels)(float* sums, const float* d_y, int pixels, int channels);
};

}  // namespace convoy::kernels
