#include "kernels/conv_narrow.h"

#include <algorithm>

#include "kernels/isa.h"

namespace convoy::kernels {

NarrowInputGradient::NarrowInputGradient(const ConvShape& shape)
    : s_(shape),
      tiles_(for_this_cpu<ConvTiles>()),
      taps_(shape.kernel_h * shape.kernel_w * shape.in_c),
      columns_((taps_ + tiles_.panel - 1) / tiles_.panel * tiles_.panel) {}

std::size_t NarrowInputGradient::scratch_floats() const { return static_cast<std::size_t>(columns_ * s_.out_w); }

std::size_t NarrowInputGradient::weights_floats() const { return static_cast<std::size_t>(columns_ * s_.out_c); }

void NarrowInputGradient::pack(float* weights, const float* kernel) const {
  for (int first = 0; first < columns_; first += tiles_.panel) {
    for (int o = 0; o < s_.out_c; ++o) {
      for (int tap = first; tap < first + tiles_.panel; ++tap) {
        *weights++ = tap < taps_ ? kernel[std::ptrdiff_t{tap} * s_.out_c + o] : 0;
      }
    }
  }
}

void NarrowInputGradient::compute(float* d_x, const float* d_y, const float* weights, float* scratch) const {
  std::fill_n(d_x, s_.in_floats(), 0.0F);
  for (int oy = 0; oy < s_.out_h; ++oy, d_y += std::ptrdiff_t{s_.out_w} * s_.out_c) {
    multiply(scratch, d_y, weights);
    fold(d_x, scratch, oy);
  }
}

void NarrowInputGradient::multiply(float* products, const float* d_y_row, const float* weights) const {
  for (int first = 0; first < columns_; first += tiles_.panel, weights += std::ptrdiff_t{tiles_.panel} * s_.out_c) {
    tiles_.output_row({.out = products + first,
                       .out_step = columns_,
                       .x = d_y_row,
                       .x_step = s_.out_c,
                       .x_row = 0,
                       .weights = weights,
                       .weights_step = tiles_.panel,
                       .bias = nullptr,
                       .pixels = s_.out_w,
                       .columns = tiles_.panel,
                       .rows = 1,
                       .run = s_.out_c});
  }
}

// It goes tap by tap: pixel by pixel, each addition would wait for its neighbour's.
void NarrowInputGradient::fold(float* d_x, const float* products, int oy) const {
  const std::ptrdiff_t step = std::ptrdiff_t{s_.stride_w} * s_.in_c;
  for (int ky = 0; ky < s_.kernel_h; ++ky) {
    const int iy = oy * s_.stride_h + ky - s_.pad_h;
    if (iy < 0 || iy >= s_.in_h) continue;
    float* row = d_x + std::ptrdiff_t{iy} * s_.in_w * s_.in_c;
    for (int kx = 0; kx < s_.kernel_w; ++kx) {
      const int left = kx - s_.pad_w;  // the column that this tap meets under the first output
      const int first = left >= 0 ? 0 : (-left - 1) / s_.stride_w + 1;
      const int end = left >= s_.in_w ? 0 : std::min(s_.out_w, (s_.in_w - left - 1) / s_.stride_w + 1);
      const float* from = products + (std::ptrdiff_t{ky} * s_.kernel_w + kx) * s_.in_c;
      float* to = row + std::ptrdiff_t{left} * s_.in_c;
      for (int i = 0; i < s_.in_c; ++i) {
        for (int ox = first; ox < end; ++ox) to[ox * step + i] += from[std::ptrdiff_t{ox} * columns_ + i];
      }
    }
  }
}

}  // namespace convoy::kernels
