#include "kernels/depthwise.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// Places [first, end) along one axis.
struct Run {
  int first, end;
};

int larger_of(int a, int b) { return a > b ? a : b; }
int smaller_of(int a, int b) { return a < b ? a : b; }
/// a / b rounded up; 0 for a negative a.
int divided_up(int a, int b) { return a <= 0 ? 0 : (a - 1) / b + 1; }

/// The taps that meet the image, if tap 0 is at place `start` of the axis.
Run taps_inside(int start, int kernel, int dilation, int in) {
  const int first = divided_up(-start, dilation);
  return {first, smaller_of(kernel, divided_up(in - start, dilation))};
}

/// The outputs along an axis all of whose taps meet the image.
Run whole_outputs(int out, int kernel, int stride, int dilation, int pad, int in) {
  const int first = smaller_of(divided_up(pad, stride), out);
  const int last_start = in - 1 - (kernel - 1) * dilation + pad;
  const int end = last_start < 0 ? 0 : last_start / stride + 1;
  return {first, larger_of(first, smaller_of(end, out))};
}

/// The output columns all of whose taps meet the image.
Run whole_columns(const DepthwiseShape& s) {
  return whole_outputs(s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_w, s.in_w);
}

/// Where pixel (y, x) begins in an image that is `width` pixels wide.
std::ptrdiff_t offset(const DepthwiseShape& s, int width, int y, int x) {
  return (static_cast<std::ptrdiff_t>(y) * width + x) * s.channels;
}

/// A whole vector of channels at p, or `count` of them and zeros.
template <bool whole>
CONVOY_INLINE Vec get(const float* p, int count) {
  if constexpr (whole) return load(p);
  return load_some(p, count);
}
/// Writes a whole vector of channels to p, or the first `count`.
template <bool whole>
CONVOY_INLINE void put(float* p, Vec v, int count) {
  if constexpr (whole) {
    store(p, v);
  } else {
    store_some(p, v, count);
  }
}

/// Neighbouring output pixels of one row that meet the same taps. A weight is read once for all of them.
struct Pixels {
  float* y;
  const float* x;          ///< the image
  std::ptrdiff_t x_place;  ///< of the first pixel's tap (0, 0), maybe outside of the image
  const float* kernel;
  const float* bias;
  Run rows, columns;  ///< of the taps
};

/// Assigns channels [c, c + count) of the output pixels.
template <int pixels, bool whole>
CONVOY_INLINE void output_channels(const DepthwiseShape& s, const Pixels& p, std::ptrdiff_t c, int count) {
  Vec sums[pixels];
  const Vec start = p.bias == nullptr ? Vec{} : get<whole>(p.bias + c, count);
  CONVOY_UNROLL
  for (int i = 0; i < pixels; ++i) sums[i] = start;
  const std::ptrdiff_t pixel_step = offset(s, 0, 0, s.stride_w);
  const std::ptrdiff_t tap_step = offset(s, 0, 0, s.dilation_w);
  for (int ky = p.rows.first; ky < p.rows.end; ++ky) {
    const float* weights = p.kernel + offset(s, s.kernel_w, ky, p.columns.first) + c;
    const float* x = p.x + (p.x_place + offset(s, s.in_w, ky * s.dilation_h, p.columns.first * s.dilation_w) + c);
    for (int kx = p.columns.first; kx < p.columns.end; ++kx, weights += s.channels, x += tap_step) {
      const Vec weight = get<whole>(weights, count);
      CONVOY_UNROLL
      for (int i = 0; i < pixels; ++i) sums[i] = multiply_add(get<whole>(x + i * pixel_step, count), weight, sums[i]);
    }
  }
  CONVOY_UNROLL
  for (int i = 0; i < pixels; ++i) put<whole>(p.y + offset(s, 0, 0, i) + c, sums[i], count);
}

/// Assigns all channels of the output pixels. A last vector that is not full overlaps the one before it, if there is
/// one.
template <int pixels>
void output_pixels(const DepthwiseShape& s, const Pixels& p) {
  int c = 0;
  for (; c + lanes <= s.channels; c += lanes) output_channels<pixels, true>(s, p, c, lanes);
  if (c == s.channels) return;
  if (s.channels >= lanes) {
    output_channels<pixels, true>(s, p, s.channels - lanes, lanes);
  } else {
    output_channels<pixels, false>(s, p, 0, s.channels);
  }
}

void forward(float* y, const float* x, const float* kernel, const float* bias, const DepthwiseShape& s, int first,
             int end) {
  const Run whole = whole_columns(s);
  for (int oy = first; oy < end; ++oy) {
    const int top = oy * s.stride_h - s.pad_h;
    const auto pixels_at = [&](int ox) {
      const int left = ox * s.stride_w - s.pad_w;
      return Pixels{y + offset(s, s.out_w, oy, ox),
                    x,
                    offset(s, s.in_w, top, left),
                    kernel,
                    bias,
                    taps_inside(top, s.kernel_h, s.dilation_h, s.in_h),
                    taps_inside(left, s.kernel_w, s.dilation_w, s.in_w)};
    };
    int ox = 0;
    for (; ox < whole.first; ++ox) output_pixels<1>(s, pixels_at(ox));
    for (; ox + 8 <= whole.end; ox += 8) output_pixels<8>(s, pixels_at(ox));
    for (; ox + 4 <= whole.end; ox += 4) output_pixels<4>(s, pixels_at(ox));
    for (; ox < s.out_w; ++ox) output_pixels<1>(s, pixels_at(ox));
  }
}

/// Output pixels of one row and some taps, all of which meet the image.
struct TapBlock {
  float* sums;      ///< the first tap's
  const float* dy;  ///< the first pixel's
  const float* x;   ///< where the first tap of the first pixel is
  int pixels;
};

/// Adds channels [c, c + count) of the gradient of rows x columns taps to the block's sums.
template <int rows, int columns, bool whole>
CONVOY_INLINE void add_channels(const DepthwiseShape& s, const TapBlock& b, std::ptrdiff_t c, int count) {
  Vec sums[rows][columns] = {};
  const std::ptrdiff_t row_step = offset(s, s.in_w, s.dilation_h, 0);
  const std::ptrdiff_t tap_step = offset(s, 0, 0, s.dilation_w);
  const float* dy = b.dy + c;
  const float* x = b.x + c;
  for (int i = 0; i < b.pixels; ++i, dy += s.channels, x += offset(s, 0, 0, s.stride_w)) {
    const Vec d = get<whole>(dy, count);
    CONVOY_UNROLL
    for (int ky = 0; ky < rows; ++ky) {
      CONVOY_UNROLL
      for (int kx = 0; kx < columns; ++kx) {
        sums[ky][kx] = multiply_add(get<whole>(x + ky * row_step + kx * tap_step, count), d, sums[ky][kx]);
      }
    }
  }
  CONVOY_UNROLL
  for (int ky = 0; ky < rows; ++ky) {
    CONVOY_UNROLL
    for (int kx = 0; kx < columns; ++kx) {
      float* sum = b.sums + offset(s, s.kernel_w, ky, kx) + c;
      put<whole>(sum, get<whole>(sum, count) + sums[ky][kx], count);
    }
  }
}

/// Adds the gradient of rows x columns taps to the block's sums.
template <int rows, int columns>
void add_taps(const DepthwiseShape& s, const TapBlock& b) {
  int c = 0;
  for (; c + lanes <= s.channels; c += lanes) add_channels<rows, columns, true>(s, b, c, lanes);
  if (c < s.channels) add_channels<rows, columns, false>(s, b, c, s.channels - c);
}

constexpr int most_taps = 3;  ///< of an axis that are added up together

/// add_block[rows - 1][columns - 1] is the function for rows x columns taps.
using AddTaps = void (*)(const DepthwiseShape&, const TapBlock&);
constexpr AddTaps add_block[most_taps][most_taps] = {{add_taps<1, 1>, add_taps<1, 2>, add_taps<1, 3>},
                                                     {add_taps<2, 1>, add_taps<2, 2>, add_taps<2, 3>},
                                                     {add_taps<3, 1>, add_taps<3, 2>, add_taps<3, 3>}};

/// Adds what output pixels [ox, ox + pixels) of row oy give to the gradient of these taps to sums.
void add_run(float* sums, const float* dy, const float* x, const DepthwiseShape& s, int oy, int ox, int pixels,
             Run rows, Run columns) {
  const int top = oy * s.stride_h - s.pad_h;
  const int left = ox * s.stride_w - s.pad_w;
  for (int ky = rows.first; ky < rows.end; ky += most_taps) {
    for (int kx = columns.first; kx < columns.end; kx += most_taps) {
      const TapBlock block{sums + offset(s, s.kernel_w, ky, kx), dy + offset(s, s.out_w, oy, ox),
                           x + offset(s, s.in_w, top + ky * s.dilation_h, left + kx * s.dilation_w), pixels};
      add_block[smaller_of(rows.end - ky, most_taps) - 1][smaller_of(columns.end - kx, most_taps) - 1](s, block);
    }
  }
}

void backward_kernel(float* sums, const float* dy, const float* x, const DepthwiseShape& s) {
  const Run whole = whole_columns(s);
  for (int oy = 0; oy < s.out_h; ++oy) {
    const Run rows = taps_inside(oy * s.stride_h - s.pad_h, s.kernel_h, s.dilation_h, s.in_h);
    const auto add_pixel = [&](int ox) {
      const Run columns = taps_inside(ox * s.stride_w - s.pad_w, s.kernel_w, s.dilation_w, s.in_w);
      add_run(sums, dy, x, s, oy, ox, 1, rows, columns);
    };
    for (int ox = 0; ox < whole.first; ++ox) add_pixel(ox);
    if (whole.first < whole.end) {
      add_run(sums, dy, x, s, oy, whole.first, whole.end - whole.first, rows, {0, s.kernel_w});
    }
    for (int ox = whole.end; ox < s.out_w; ++ox) add_pixel(ox);
  }
}

/// Adds a * b to sum, number by number.
void add_product(float* __restrict sum, const float* __restrict a, const float* __restrict b, int count) {
  for (int c = 0; c < count; ++c) sum[c] = multiply_add(a[c], b[c], sum[c]);
}

void backward_data(float* dx, const float* dy, const float* kernel, const DepthwiseShape& s) {
  const std::ptrdiff_t count = offset(s, s.in_w, s.in_h, 0);
  for (std::ptrdiff_t i = 0; i < count; ++i) dx[i] = 0;
  for (int oy = 0; oy < s.out_h; ++oy) {
    const int top = oy * s.stride_h - s.pad_h;
    const Run rows = taps_inside(top, s.kernel_h, s.dilation_h, s.in_h);
    for (int ox = 0; ox < s.out_w; ++ox, dy += s.channels) {
      const int left = ox * s.stride_w - s.pad_w;
      const Run columns = taps_inside(left, s.kernel_w, s.dilation_w, s.in_w);
      for (int ky = rows.first; ky < rows.end; ++ky) {
        for (int kx = columns.first; kx < columns.end; ++kx) {
          add_product(dx + offset(s, s.in_w, top + ky * s.dilation_h, left + kx * s.dilation_w), dy,
                      kernel + offset(s, s.kernel_w, ky, kx), s.channels);
        }
      }
    }
  }
}

}  // namespace

template <>
const DepthwiseKernels Table<DepthwiseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    .forward = forward, .backward_kernel = backward_kernel, .backward_data = backward_data};

}  // namespace convoy::kernels
