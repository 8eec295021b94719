#include <algorithm>

#include "kernels/conv_tiles.h"
#include "kernels/dense.h"
#include "kernels/isa.h"

namespace convoy::kernels {
namespace {

constexpr int block = 256;        // inputs: a panel of their weights is half of an L1 cache
constexpr int most_samples = 64;  // whose sums are kept at a time
constexpr int widest_panel = 32;

/// A block of the weights, padded to a panel.
struct Panel {
  alignas(64) float rows[block * widest_panel];

  void pack(const float* w, int count, int columns, int units, int width) {
    for (int k = 0; k < count; ++k) {
      float* end = std::copy_n(w + std::ptrdiff_t{k} * units, columns, rows + std::ptrdiff_t{k} * width);
      std::fill_n(end, width - columns, 0.0F);
    }
  }
};

/// Adds to `columns` of each row of `to` what a matrix samples x width holds.
void add_columns(Rows<float> to, const float* sums, int samples, int columns, int width) {
  for (int n = 0; n < samples; ++n, sums += width) {
    float* row = to.data + n * to.stride;
    for (int o = 0; o < columns; ++o) row[o] += sums[o];
  }
}

}  // namespace

//  partial (batch x units)  =  x (batch x inputs)  w (inputs x units):  the tiles of a convolution, a sample for a
//  pixel
void few_units_forward(Rows<float> partial, Rows<const float> x, const float* w, int begin, int end, int units,
                       int batch) {
  const auto& tiles = for_this_cpu<ConvTiles>();
  for (int n = 0; n < batch; ++n) std::fill_n(partial.data + n * partial.stride, units, 0.0F);
  Panel weights;
  float sums[most_samples * widest_panel];
  for (int at = begin; at < end; at += block) {
    const int count = std::min(block, end - at);
    for (int c = 0; c < units; c += tiles.panel) {
      const int columns = std::min(tiles.panel, units - c);
      weights.pack(w + std::ptrdiff_t{at} * units + c, count, columns, units, tiles.panel);
      for (int n = 0; n < batch; n += most_samples) {
        const int samples = std::min(most_samples, batch - n);
        tiles.output_row({.out = sums,
                          .out_step = tiles.panel,
                          .x = x.data + n * x.stride + at,
                          .x_step = x.stride,
                          .x_row = 0,
                          .weights = weights.rows,
                          .bias = nullptr,
                          .pixels = samples,
                          .columns = tiles.panel,
                          .rows = 1,
                          .run = count});
        add_columns({partial.data + n * partial.stride + c, partial.stride}, sums, samples, columns, tiles.panel);
      }
    }
  }
}

}  // namespace convoy::kernels
