#include "kernels/matmul.h"

#include <algorithm>
#include <cstddef>

#include "kernels/conv_tiles.h"
#include "kernels/isa.h"

namespace convoy::kernels {
namespace {

constexpr int widest_panel = 32;
constexpr int depth_block = 256;  // of k: so much of a panel is most of an L1 cache
constexpr int row_block = 256;    // of C: so many rows of A's block are half of an L2 cache
constexpr int tile_rows = 64;     // whose sums lie beside the panel

/// op(M), read where M lies.
struct Operand {
  const float* data;
  std::ptrdiff_t leading;
  bool transposed;

  const float* at(int row, int column) const {
    return transposed ? data + column * leading + row : data + row * leading + column;
  }
};

/// C, or its transpose.
struct Target {
  float* data;
  std::ptrdiff_t leading;
  bool transposed;

  /// Adds `sums`, whose rows are `width` floats apart, to the rows from `row` on and the columns from `column` on.
  void add(const float* sums, int width, int row, int column, int rows, int columns) const {
    if (!transposed) {
      for (int i = 0; i < rows; ++i, sums += width) {
        float* to = data + (row + i) * leading + column;
        for (int j = 0; j < columns; ++j) to[j] += sums[j];
      }
      return;
    }
    for (int j = 0; j < columns; ++j) {
      float* to = data + (column + j) * leading + row;
      for (int i = 0; i < rows; ++i) to[i] += sums[std::ptrdiff_t{i} * width + j];
    }
  }
};

/// Rows or columns [begin, begin + count).
struct Span {
  int begin, count;
};

/// Writes rows `depth` of the columns of op(B) as a panel, depth x width; columns that it lacks are 0.
void pack(float* panel, const Operand& b, Span depth, Span columns, int width) {
  const std::ptrdiff_t step = b.transposed ? b.leading : 1;
  for (int k = 0; k < depth.count; ++k, panel += width) {
    const float* from = b.at(depth.begin + k, columns.begin);
    for (int j = 0; j < columns.count; ++j) panel[j] = from[j * step];
    std::fill(panel + columns.count, panel + width, 0.0F);
  }
}

/// Adds the product of A's rows and a panel of op(B) to C. A tile reads op(A) along k.
void add_rows(const ConvTiles& tiles, const Target& c, const Operand& a, const float* panel, Span rows, Span depth,
              Span columns) {
  alignas(64) float sums[tile_rows * widest_panel];
  for (int i = 0; i < rows.count; i += tile_rows) {
    const int count = std::min(tile_rows, rows.count - i);
    tiles.output_row({.out = sums,
                      .out_step = tiles.panel,
                      .x = a.at(rows.begin + i, depth.begin),
                      .x_step = a.leading,
                      .x_row = 0,
                      .weights = panel,
                      .weights_step = tiles.panel,
                      .bias = nullptr,
                      .pixels = count,
                      .columns = tiles.panel,
                      .rows = 1,
                      .run = depth.count});
    c.add(sums, tiles.panel, rows.begin + i, columns.begin, count, columns.count);
  }
}

/// The same where A is stored transposed, so that a tile reads it along its rows. C is not transposed.
void add_transposed_rows(const ConvTiles& tiles, const Target& c, const Operand& a, const float* panel, Span rows,
                         Span depth, Span columns) {
  tiles.kernel_row({.d_kernel = c.data + rows.begin * c.leading + columns.begin,
                    .out_c = c.leading,
                    .x = a.at(rows.begin, depth.begin),
                    .x_step = a.leading,
                    .x_row = 0,
                    .d_y = panel,
                    .d_y_step = tiles.panel,
                    .taps = rows.count,
                    .columns = columns.count,
                    .rows = 1,
                    .pixels = depth.count});
}

/// Adds op(A) op(B), m x k by k x n, to C.
void add_product(const Target& c, const Operand& a, const Operand& b, int m, int n, int k) {
  const auto& tiles = for_this_cpu<ConvTiles>();
  const auto add = a.transposed ? add_transposed_rows : add_rows;
  alignas(64) float panel[depth_block * widest_panel];
  for (int p = 0; p < k; p += depth_block) {
    const Span depth{p, std::min(depth_block, k - p)};
    for (int i = 0; i < m; i += row_block) {
      const Span rows{i, std::min(row_block, m - i)};
      for (int j = 0; j < n; j += tiles.panel) {
        const Span columns{j, std::min(tiles.panel, n - j)};
        pack(panel, b, depth, columns, tiles.panel);
        add(tiles, c, a, panel, rows, depth, columns);
      }
    }
  }
}

}  // namespace

// Where both factors are read along k and A is the smaller one, C^T = op(B)^T op(A)^T packs A instead of B: the same
// products added up in the same order.
void matmul(Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, bool add,
            float* c, int ldc) {
  if (!add) {
    for (int i = 0; i < m; ++i) std::fill_n(c + std::ptrdiff_t{i} * ldc, n, 0.0F);
  }
  const bool a_transposed = ta == Transpose::yes;
  const bool b_transposed = tb == Transpose::yes;
  if (!a_transposed && b_transposed && m < k) {
    add_product({c, ldc, true}, {b, ldb, false}, {a, lda, true}, n, m, k);
  } else {
    add_product({c, ldc, false}, {a, lda, a_transposed}, {b, ldb, b_transposed}, m, n, k);
  }
}

}  // namespace convoy::kernels
