#include <algorithm>

#include "kernels/conv_tiles.h"
#include "kernels/dense.h"
#include "kernels/isa.h"

namespace convoy::kernels {
namespace {

constexpr int inputs_in_l1 = 256;  // their weights, at most 16 units, are half of an L1 cache
constexpr int most_samples = 64;   // whose sums Block::add keeps at a time
constexpr int widest_panel = 32;
constexpr int most_tail = 2 * widest_panel + 2 * most_few_units;  // floats of the inputs that are copied

/// Adds the first `columns` columns of `sums`, a matrix samples x width, to the rows of `to`.
void add_columns(Rows<float> to, const float* sums, int samples, int columns, int width) {
  for (int n = 0; n < samples; ++n, sums += width) {
    float* row = to.data + n * to.stride;
    for (int o = 0; o < columns; ++o) row[o] += sums[o];
  }
}

/// Computes blocks of partial += x w by the tiles of a convolution, with samples for pixels.
class Block {
 public:
  Block(Rows<float> partial, Rows<const float> x, int units, int batch)
      : partial_(partial), x_(x), units_(units), batch_(batch) {}

  int panel() const { return tiles_.panel; }

  /// Adds x w over the inputs [begin, end), at least one, for a panel of units from c on. `w` is the weight of input
  /// `begin` and unit c; at each input a whole panel is read from there.
  void add(const float* w, int begin, int end, int c) const {
    float sums[most_samples * widest_panel];
    for (int n = 0; n < batch_; n += most_samples) {
      const int samples = std::min(most_samples, batch_ - n);
      tiles_.output_row({.out = sums,
                         .out_step = tiles_.panel,
                         .x = x_.data + n * x_.stride + begin,
                         .x_step = x_.stride,
                         .x_row = 0,
                         .weights = w,
                         .weights_step = units_,
                         .bias = nullptr,
                         .pixels = samples,
                         .columns = tiles_.panel,
                         .rows = 1,
                         .run = end - begin});
      add_columns({partial_.data + n * partial_.stride + c, partial_.stride}, sums, samples,
                  std::min(tiles_.panel, units_ - c), tiles_.panel);
    }
  }

 private:
  const ConvTiles& tiles_ = for_this_cpu<ConvTiles>();
  Rows<float> partial_;
  Rows<const float> x_;
  int units_;
  int batch_;
};

}  // namespace

//  partial (batch x units)  =  x (batch x inputs)  w (inputs x units)
//
// A panel read at an input takes in what follows its row: other units of later inputs, whose sums are not used. Only
// the last inputs, after which there is less than the widest panel, are copied first; which ones, and so the order of
// additions, does not depend on the CPU.
void few_units_forward(Rows<float> partial, Rows<const float> x, const float* w, int begin, int end, int units,
                       int batch) {
  for (int n = 0; n < batch; ++n) std::fill_n(partial.data + n * partial.stride, units, 0.0F);
  const Block block(partial, x, units, batch);
  const int beyond = widest_panel - units;  // the most floats read after a row's end
  const int last = std::max(end - (beyond + units - 1) / units, begin);
  for (int c = 0; c < units; c += block.panel()) {
    for (int at = begin; at < last; at += inputs_in_l1) {
      block.add(w + std::ptrdiff_t{at} * units + c, at, std::min(at + inputs_in_l1, last), c);
    }
    if (last == end) continue;
    float tail[most_tail] = {};
    std::copy(w + std::ptrdiff_t{last} * units + c, w + std::ptrdiff_t{end} * units, tail);
    block.add(tail, last, end, c);
  }
}

}  // namespace convoy::kernels
