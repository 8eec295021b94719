#include "kernels/conv_tiles.h"

#include "kernels/isa.h"
#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

// A tile of max_rows x panel sums stays in registers: 26 of the 32 of AVX-512, 12 of 16 elsewhere, which leaves room
// for the panel_vectors factors and a broadcast, and keeps both FMA units busy over their latency.
constexpr int max_rows = lanes == 16 ? 13 : 6;
constexpr int panel_vectors = 2;
constexpr int panel = panel_vectors * lanes;

/// The place of vector j in a row that begins at p.
template <class Float>
CONVOY_INLINE Float* vector(Float* p, std::ptrdiff_t j) {
  return p + j * lanes;
}

/// Up to max_rows x panel sums in registers; `width` is the number of vectors in a row, 1 for a narrow last panel.
template <int rows, int width>
struct Tile {
  Vec sums[rows][width];

  /// Adds a(k, m) * b[k] to sums[m], over k < depth. Inlined, `a` becomes an address with a step of 1 in k or in m.
  template <class Factor>
  CONVOY_INLINE void multiply(const Factor& a, const float* b, std::ptrdiff_t b_step, int depth) {
#pragma GCC unroll 2
    for (int k = 0; k < depth; ++k, b += b_step) {
      Vec factors[width];
      CONVOY_UNROLL for (int j = 0; j < width; ++j) factors[j] = load(vector(b, j));
      CONVOY_UNROLL for (int m = 0; m < rows; ++m) {
        const Vec x = broadcast(a(k, m));
        CONVOY_UNROLL for (int j = 0; j < width; ++j) sums[m][j] = multiply_add(x, factors[j], sums[m][j]);
      }
    }
  }

  /// Assigns the sums to rows of `columns` floats that are `step` apart, or adds them to these if `add`.
  template <bool add>
  CONVOY_INLINE void write(float* to, std::ptrdiff_t step, int columns) const {
    constexpr int all = width * lanes;
    if (columns == all) {
      CONVOY_UNROLL for (int m = 0; m < rows; ++m) {
        CONVOY_UNROLL for (int j = 0; j < width; ++j) {
          float* p = vector(to + m * step, j);
          store(p, add ? load(p) + sums[m][j] : sums[m][j]);
        }
      }
      return;
    }
    float whole[rows][all];
    CONVOY_UNROLL for (int m = 0; m < rows; ++m) {
      CONVOY_UNROLL for (int j = 0; j < width; ++j) store(vector(whole[m], j), sums[m][j]);
    }
    for (int m = 0; m < rows; ++m) {
      for (int c = 0; c < columns; ++c) to[m * step + c] = (add ? to[m * step + c] : 0.0F) + whole[m][c];
    }
  }
};

/// min(columns, lanes) floats at p, the other lanes 0; all 0 where p is null.
CONVOY_INLINE Vec load_columns(const float* p, int columns) {
  if (p == nullptr || columns <= 0) return Vec{};
  return columns < lanes ? load_some(p, columns) : load(p);
}

/// Assigns `rows` pixels of an output row, whose first patch is at x, to `out`.
template <int rows, int width>
void tile(const OutputRow& job, const float* x, float* out) {
  Tile<rows, width> t;
  CONVOY_UNROLL for (int j = 0; j < width; ++j) {
    const float* bias = job.bias == nullptr ? nullptr : vector(job.bias, j);
    const Vec start = load_columns(bias, job.columns - j * lanes);
    CONVOY_UNROLL for (int m = 0; m < rows; ++m) t.sums[m][j] = start;
  }
  const std::ptrdiff_t step = job.x_step;
  const float* weights = job.weights;
  for (int r = 0; r < job.rows; ++r, x += job.x_row, weights += job.run * job.weights_step) {
    t.multiply([x, step](int k, int m) { return x[k + m * step]; }, weights, job.weights_step, job.run);
  }
  t.template write<false>(out, job.out_step, job.columns);
}

/// Adds the gradient of `rows` taps of a kernel row, the first of which meets x, to d_kernel, or assigns it.
template <int rows, int width>
void tile(const KernelRow& job, const float* x, float* d_kernel) {
  Tile<rows, width> t = {};
  const std::ptrdiff_t step = job.x_step;
  const float* d_y = job.d_y;
  for (int r = 0; r < job.rows; ++r, x += job.x_row, d_y += job.pixels * job.d_y_step) {
    t.multiply([x, step](int k, int m) { return x[k * step + m]; }, d_y, job.d_y_step, job.pixels);
  }
  if (job.add) {
    t.template write<true>(d_kernel, job.out_c, job.columns);
  } else {
    t.template write<false>(d_kernel, job.out_c, job.columns);
  }
}

template <class Job>
using TileFunction = void (*)(const Job&, const float* x, float* to);

/// The tile function of `count` rows, among those compiled for 1 to max_rows.
template <class Job, int width, int rows = max_rows>
TileFunction<Job> tile_of(int count) {
  if constexpr (rows > 1) {
    if (count < rows) return tile_of<Job, width, rows - 1>(count);
  }
  return tile<rows, width>;
}

/// Turns a job to its next plane.
void next_plane(OutputRow& job) {
  job.out += job.planes.out;
  job.x += job.planes.left;
  job.weights += job.planes.right;
}
void next_plane(KernelRow& job) {
  job.d_kernel += job.planes.out;
  job.x += job.planes.left;
  job.d_y += job.planes.right;
}

/// Computes all `total` rows of each plane of a job, in tiles as even as possible, since a tile of few rows is slow:
/// the larger ones first. Rows are x_step apart in job.x and to_step in what `to` names.
template <class Job>
void for_each_tile(Job job, int total, std::ptrdiff_t x_step, float* Job::*to, std::ptrdiff_t to_step) {
  const int tiles = (total + max_rows - 1) / max_rows;
  const int size = total / tiles;
  const int larger = total % tiles;
  TileFunction<Job> (*const function_of)(int) = job.columns > lanes ? tile_of<Job, 2> : tile_of<Job, 1>;
  const TileFunction<Job> small = function_of(size);
  const TileFunction<Job> large = larger > 0 ? function_of(size + 1) : small;
  for (int plane = 0; plane < job.planes.count; ++plane, next_plane(job)) {
    const float* from = job.x;
    float* result = job.*to;
    for (int i = 0; i < tiles; ++i) {
      const int rows = i < larger ? size + 1 : size;
      (i < larger ? large : small)(job, from, result);
      from += rows * x_step;
      result += rows * to_step;
    }
  }
}

void output_row(const OutputRow& job) { for_each_tile(job, job.pixels, job.x_step, &OutputRow::out, job.out_step); }

void kernel_row(const KernelRow& job) { for_each_tile(job, job.taps, 1, &KernelRow::d_kernel, job.out_c); }

/// Adds `width` vectors of neighbouring channels over all pixels to sums.
template <int width>
CONVOY_INLINE void add_pixels_of(float* sums, const float* d_y, int pixels, int channels) {
  Vec total[width];
  CONVOY_UNROLL for (int j = 0; j < width; ++j) total[j] = load(vector(sums, j));
  for (int p = 0; p < pixels; ++p, d_y += channels) {
    CONVOY_UNROLL for (int j = 0; j < width; ++j) total[j] += load(vector(d_y, j));
  }
  CONVOY_UNROLL for (int j = 0; j < width; ++j) store(vector(sums, j), total[j]);
}

void add_pixels(float* sums, const float* d_y, int pixels, int channels) {
  int c = 0;
  for (; c + 4 * lanes <= channels; c += 4 * lanes) add_pixels_of<4>(sums + c, d_y + c, pixels, channels);
  for (; c + lanes <= channels; c += lanes) add_pixels_of<1>(sums + c, d_y + c, pixels, channels);
  for (; c < channels; ++c) {
    for (int p = 0; p < pixels; ++p) sums[c] += d_y[p * std::ptrdiff_t{channels} + c];
  }
}

}  // namespace

template <>
const ConvTiles Table<ConvTiles, Isa::CONVOY_KERNEL_ISA>::functions = {max_rows, panel, output_row, kernel_row,
                                                                       add_pixels};

}  // namespace convoy::kernels
