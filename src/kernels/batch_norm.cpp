#include "kernels/batch_norm.h"

#include <cstddef>

#include "kernels/isa.h"
#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// The most registers of neighbouring channels that one walk over the pixels holds.
constexpr int registers = 4;
/// The most floats of neighbouring pixels that make one row. The same for every instruction set, since it decides in
/// which order pixels are added up.
constexpr int row_floats = 64;
/// The number of rows over which sums are taken in float, before they are added in double.
constexpr int float_rows = 64;

/// Floats in a register of type T.
template <class T>
constexpr int step_of = lanes;
template <>
constexpr int step_of<float> = 1;

/// V registers of columns [column, column + width) in some rows of `stride` floats; T is Vec, or float where a row has
/// fewer columns than a vector. Where the width is no multiple of a vector, the last register overlaps the one before.
template <class T, int V>
struct Block {
  static constexpr int step = step_of<T>;
  std::ptrdiff_t base;  ///< the first row's place in the sample
  int rows, stride, column, width;

  /// The first column of register v.
  int start(int v) const { return column + (v < V - 1 ? v * step : width - step); }
  /// How many lanes of register v belong to the register before it as well.
  int repeated(int v) const { return column + v * step - start(v); }
};

/// Calls body with the block of V registers that begins at this column.
template <class T, int V, class Body>
CONVOY_INLINE void call_block(const Body& body, std::ptrdiff_t base, int rows, int stride, int column) {
  constexpr int full = V * step_of<T>;
  const int left = stride - column;
  body(Block<T, V>{base, rows, stride, column, left < full ? left : full});
}

/// Calls body(Block) for blocks that cover `rows` rows of `width` columns.
template <class Body>
CONVOY_INLINE void cover_rows(std::ptrdiff_t base, int rows, int width, const Body& body) {
  if (width < lanes) {
    for (int column = 0; column < width; ++column) call_block<float, 1>(body, base, rows, width, column);
    return;
  }
  for (int column = 0; column < width; column += registers * lanes) {
    const int vectors = (width - column + lanes - 1) / lanes;
    switch (vectors) {
      case 1: call_block<Vec, 1>(body, base, rows, width, column); break;
      case 2: call_block<Vec, 2>(body, base, rows, width, column); break;
      case 3: call_block<Vec, 3>(body, base, rows, width, column); break;
      default: call_block<Vec, registers>(body, base, rows, width, column);
    }
  }
}

/// Calls body(Block) for blocks that cover a sample. Few channels would leave vectors empty, so several neighbouring
/// pixels then make one row: its column i belongs to channel i % channels. The pixels left at the end make rows of
/// their own.
template <class Body>
CONVOY_INLINE void cover_sample(int pixels, int channels, const Body& body) {
  int fold = row_floats / channels;
  if (fold > pixels) fold = pixels;
  if (fold < 1) fold = 1;
  std::ptrdiff_t base = 0;
  for (int left = pixels; left > 0; left %= fold, fold = 1) {
    const int rows = left / fold;
    cover_rows(base, rows, fold * channels, body);
    base += std::ptrdiff_t{rows} * fold * channels;
  }
}

CONVOY_INLINE void get(Vec& v, const float* p) { v = load(p); }
CONVOY_INLINE void get(float& v, const float* p) { v = *p; }
CONVOY_INLINE void put(float* p, Vec v) { store(p, v); }
CONVOY_INLINE void put(float* p, float v) { *p = v; }

/// Assigns to r the coefficients, of an array with one for each channel, that the block's registers need.
template <class T, int V>
CONVOY_INLINE void get_coefficients(T (&r)[V], const float* by_channel, const Block<T, V>& block, int channels) {
  constexpr int step = step_of<T>;
  for (int v = 0; v < V; ++v) {
    const int start = block.start(v);
    if (start + step <= channels) {
      get(r[v], by_channel + start);
    } else {
      float folded[step];
      for (int i = 0; i < step; ++i) folded[i] = by_channel[(start + i) % channels];
      get(r[v], folded);
    }
  }
}

/// Calls visit(v, offset) for register v at `offset` in the sample, row by row.
template <class T, int V, class Visit>
CONVOY_INLINE void for_each_register(const Block<T, V>& block, int first_row, int end_row, const Visit& visit) {
  std::ptrdiff_t offset = block.base + std::ptrdiff_t{first_row} * block.stride;
  for (int row = first_row; row < end_row; ++row, offset += block.stride) {
    CONVOY_UNROLL
    for (int v = 0; v < V; ++v) visit(v, offset + block.start(v));
  }
}

/// Adds each lane of v to its sum.
CONVOY_INLINE void add_lanes(double* sums, Vec v) {
  float values[lanes];
  store(values, v);
  for (int i = 0; i < lanes; ++i) sums[i] += values[i];
}
CONVOY_INLINE void add_lanes(double* sums, float v) { *sums += v; }

/// Adds up Q quantities over the block: add(T (&run)[Q][V], v, offset) must add those of register v, at `offset`, to
/// run[q][v], and their totals are added to sums[q][channel].
template <int Q, class T, int V, class Add>
CONVOY_INLINE void add_up(double* const (&sums)[Q], const Block<T, V>& block, int channels, const Add& add) {
  constexpr int step = step_of<T>;
  double totals[Q][V * step] = {};
  for (int first = 0; first < block.rows; first += float_rows) {
    const int end = first + float_rows < block.rows ? first + float_rows : block.rows;
    T run[Q][V] = {};
    for_each_register(block, first, end, [&](int v, std::ptrdiff_t offset) { add(run, v, offset); });
    for (int q = 0; q < Q; ++q) {
      CONVOY_UNROLL
      for (int v = 0; v < V; ++v) add_lanes(totals[q] + v * step, run[q][v]);
    }
  }
  for (int v = 0; v < V; ++v) {
    int channel = (block.start(v) + block.repeated(v)) % channels;
    for (int i = block.repeated(v); i < step; ++i) {
      for (int q = 0; q < Q; ++q) sums[q][channel] += totals[q][v * step + i];
      if (++channel == channels) channel = 0;
    }
  }
}

void clear(double* values, int count) {
  for (int i = 0; i < count; ++i) values[i] = 0;
}

/// Adds the sum of x over the pixels to `sum`, by channel.
void add_values(double* sum, const float* x, int pixels, int channels) {
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    add_up<1>({sum}, block, channels, [&](T(&run)[1][V], int v, std::ptrdiff_t offset) {
      T value;
      get(value, x + offset);
      run[0][v] += value;
    });
  });
}

/// Adds the sums of x - pivot and of its square over the pixels to `sum` and `square_sum`, by channel.
void add_distances(double* sum, double* square_sum, const float* x, const float* pivot, int pixels, int channels) {
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    T origin[V];
    get_coefficients(origin, pivot, block, channels);
    add_up<2>({sum, square_sum}, block, channels, [&](T(&run)[2][V], int v, std::ptrdiff_t offset) {
      T value;
      get(value, x + offset);
      value -= origin[v];
      run[0][v] += value;
      run[1][v] = multiply_add(value, value, run[1][v]);
    });
  });
}

void moments(double* mean, double* m2, float* pivot, const float* x, int pixels, int channels) {
  if (pixels == 1) {  // a feature vector: nothing to add up
    for (int c = 0; c < channels; ++c) mean[c] = x[c];
    clear(m2, channels);
    return;
  }
  clear(mean, channels);
  add_values(mean, x, pixels, channels);
  for (int c = 0; c < channels; ++c) pivot[c] = static_cast<float>(mean[c] / pixels);
  clear(mean, channels);
  clear(m2, channels);
  add_distances(mean, m2, x, pivot, pixels, channels);
  for (int c = 0; c < channels; ++c) {
    const double error = mean[c] / pixels;
    m2[c] -= error * error * pixels;
    mean[c] = static_cast<double>(pivot[c]) + error;
  }
}

void gradient_sums(double* dy_sum, double* dy_x_sum, const float* dy, const float* x, const float* mean, int pixels,
                   int channels) {
  if (pixels == 1) {
    for (int c = 0; c < channels; ++c) {
      dy_sum[c] = dy[c];
      dy_x_sum[c] = dy[c] * (x[c] - mean[c]);
    }
    return;
  }
  clear(dy_sum, channels);
  clear(dy_x_sum, channels);
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    T means[V];
    get_coefficients(means, mean, block, channels);
    add_up<2>({dy_sum, dy_x_sum}, block, channels, [&](T(&run)[2][V], int v, std::ptrdiff_t offset) {
      T value;
      T gradient;
      get(value, x + offset);
      get(gradient, dy + offset);
      run[0][v] += gradient;
      run[1][v] = multiply_add(gradient, value - means[v], run[1][v]);
    });
  });
}

void normalize(float* y, const float* x, const float* mean, const float* scale, const float* shift, int pixels,
               int channels) {
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    T means[V];
    T scales[V];
    T shifts[V];
    get_coefficients(means, mean, block, channels);
    get_coefficients(scales, scale, block, channels);
    get_coefficients(shifts, shift, block, channels);
    for_each_register(block, 0, block.rows, [&](int v, std::ptrdiff_t at) {
      T value;
      get(value, x + at);
      put(y + at, multiply_add(value - means[v], scales[v], shifts[v]));
    });
  });
}

void input_gradient(float* dx, const float* dy, const float* x, const float* scale, const float* mean,
                    const float* slope, const float* offset, int pixels, int channels) {
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    T scales[V];
    T means[V];
    T slopes[V];
    T offsets[V];
    get_coefficients(scales, scale, block, channels);
    get_coefficients(means, mean, block, channels);
    get_coefficients(slopes, slope, block, channels);
    get_coefficients(offsets, offset, block, channels);
    for_each_register(block, 0, block.rows, [&](int v, std::ptrdiff_t at) {
      T value;
      T gradient;
      get(value, x + at);
      get(gradient, dy + at);
      put(dx + at, multiply_add(gradient, scales[v], multiply_add(value - means[v], slopes[v], offsets[v])));
    });
  });
}

void frozen_input_gradient(float* dx, const float* dy, const float* scale, int pixels, int channels) {
  cover_sample(pixels, channels, [&]<class T, int V>(const Block<T, V>& block) {
    T scales[V];
    get_coefficients(scales, scale, block, channels);
    for_each_register(block, 0, block.rows, [&](int v, std::ptrdiff_t at) {
      T gradient;
      get(gradient, dy + at);
      put(dx + at, gradient * scales[v]);
    });
  });
}

}  // namespace

template <>
const BatchNormKernels Table<BatchNormKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    moments, normalize, gradient_sums, input_gradient, frozen_input_gradient};

}  // namespace convoy::kernels
