#include "kernels/pool.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// A window, and the part of it that lies inside the image.
struct Window {
  int top, left;       // of the whole window, maybe outside
  int y0, y1, x0, x1;  // rows and columns inside
};

/// The window of output pixel (oy, ox).
Window window_at(const PoolShape& s, int oy, int ox) {
  Window w{};
  w.top = oy * s.stride_h - s.pad_h;
  w.left = ox * s.stride_w - s.pad_w;
  w.y0 = w.top > 0 ? w.top : 0;
  w.x0 = w.left > 0 ? w.left : 0;
  w.y1 = w.top + s.pool_h < s.in_h ? w.top + s.pool_h : s.in_h;
  w.x1 = w.left + s.pool_w < s.in_w ? w.left + s.pool_w : s.in_w;
  return w;
}

/// Where pixel (y, x) begins in an image that is `width` pixels wide.
std::ptrdiff_t pixel(const PoolShape& s, int width, int y, int x) {
  return (static_cast<std::ptrdiff_t>(y) * width + x) * s.channels;
}

/// Sets an image of the input's size to 0.
void clear(float* values, const PoolShape& s) {
  const std::ptrdiff_t count = pixel(s, s.in_w, s.in_h, 0);
  for (std::ptrdiff_t i = 0; i < count; ++i) values[i] = 0;
}

/// Calls visit(window, output offset) for every output pixel.
template <class Visit>
inline __attribute__((always_inline)) void each_window(const PoolShape& s, Visit visit) {
  for (int oy = 0; oy < s.out_h; ++oy) {
    for (int ox = 0; ox < s.out_w; ++ox) visit(window_at(s, oy, ox), pixel(s, s.out_w, oy, ox));
  }
}

/// Reads numbers, and writes the largest ones with their places, for as many channels as T has: Vec, or float for the
/// last few.
template <class T>
struct Largest;
template <>
struct Largest<float> {
  using Places = int;
  static float get(const float* p) { return *p; }
  static void put(float* y, std::uint8_t* place, float largest, Places places) {
    *y = largest;
    *place = static_cast<std::uint8_t>(places);
  }
};
template <>
struct Largest<Vec> {
  using Places = int __attribute__((vector_size(sizeof(Vec))));
  using Bytes = std::uint8_t __attribute__((vector_size(lanes)));
  using UnalignedBytes __attribute__((vector_size(lanes), aligned(1), may_alias)) = std::uint8_t;
  static_assert(alignof(UnalignedBytes) == 1);
  static CONVOY_INLINE Vec get(const float* p) { return load(p); }
  static CONVOY_INLINE void put(float* y, std::uint8_t* place, Vec largest, Places places) {
    store(y, largest);
    *reinterpret_cast<UnalignedBytes*>(place) = __builtin_convertvector(places, Bytes);
  }
};

/// Assigns the largest number of one window, and its place, for as many channels as T has. NaN counts as largest, so
/// that it is not hidden.
template <class T>
CONVOY_INLINE void largest_of(const PoolShape& s, const Window& w, float* y, std::uint8_t* place, const float* x) {
  using Places = typename Largest<T>::Places;
  T best = Largest<T>::get(x + pixel(s, s.in_w, w.y0, w.x0));
  Places where = Places{} + ((w.y0 - w.top) * s.pool_w + w.x0 - w.left);
  for (int iy = w.y0; iy < w.y1; ++iy) {
    Places here = Places{} + ((iy - w.top) * s.pool_w + w.x0 - w.left);
    for (int ix = w.x0; ix < w.x1; ++ix, here += 1) {
      const T value = Largest<T>::get(x + pixel(s, s.in_w, iy, ix));
      const auto larger = (value > best) | (value != value);
      where = larger ? here : where;
      best = larger ? value : best;
    }
  }
  Largest<T>::put(y, place, best, where);
}

void max_forward(float* y, std::uint8_t* place, const float* x, const PoolShape& s) {
  each_window(s, [&](const Window& w, std::ptrdiff_t out) {
    int c = 0;
    for (; c + lanes <= s.channels; c += lanes) largest_of<Vec>(s, w, y + out + c, place + out + c, x + c);
    for (; c < s.channels; ++c) largest_of<float>(s, w, y + out + c, place + out + c, x + c);
  });
}

/// Adds dy to dx in the channels whose place is `here`.
void add_where(float* __restrict dx, const float* __restrict dy, const std::uint8_t* __restrict place, int channels,
               std::uint8_t here) {
  for (int c = 0; c < channels; ++c) dx[c] += place[c] == here ? dy[c] : 0;
}

void max_backward(float* dx, const float* dy, const std::uint8_t* place, const PoolShape& s) {
  clear(dx, s);
  each_window(s, [&](const Window& w, std::ptrdiff_t out) {
    for (int iy = w.y0; iy < w.y1; ++iy) {
      for (int ix = w.x0; ix < w.x1; ++ix) {
        const auto here = static_cast<std::uint8_t>((iy - w.top) * s.pool_w + ix - w.left);
        add_where(dx + pixel(s, s.in_w, iy, ix), dy + out, place + out, s.channels, here);
      }
    }
  });
}

/// The places along an axis of a window that begins at `from` that lie within the image and its padding.
int padded_extent(int from, int pool, int in, int pad_after) {
  const int end = from + pool < in + pad_after ? from + pool : in + pad_after;
  return end - from;
}

/// 1 / the number of pixels that count in the window's mean.
float share_of(const PoolShape& s, const Window& w) {
  const int area = s.count_padding ? padded_extent(w.top, s.pool_h, s.in_h, s.pad_bottom) *
                                         padded_extent(w.left, s.pool_w, s.in_w, s.pad_right)
                                   : (w.y1 - w.y0) * (w.x1 - w.x0);
  return 1.0F / static_cast<float>(area);
}

/// Adds factor * values to sum.
void add_scaled(float* __restrict sum, const float* __restrict values, int channels, float factor) {
  for (int c = 0; c < channels; ++c) sum[c] = multiply_add(factor, values[c], sum[c]);
}

void average_forward(float* y, const float* x, const PoolShape& s) {
  each_window(s, [&](const Window& w, std::ptrdiff_t out) {
    const float share = share_of(s, w);
    for (int c = 0; c < s.channels; ++c) y[out + c] = 0;
    for (int iy = w.y0; iy < w.y1; ++iy) {
      for (int ix = w.x0; ix < w.x1; ++ix) add_scaled(y + out, x + pixel(s, s.in_w, iy, ix), s.channels, share);
    }
  });
}

void average_backward(float* dx, const float* dy, const PoolShape& s) {
  clear(dx, s);
  each_window(s, [&](const Window& w, std::ptrdiff_t out) {
    const float share = share_of(s, w);
    for (int iy = w.y0; iy < w.y1; ++iy) {
      for (int ix = w.x0; ix < w.x1; ++ix) add_scaled(dx + pixel(s, s.in_w, iy, ix), dy + out, s.channels, share);
    }
  });
}

}  // namespace

template <>
const PoolKernels Table<PoolKernels, Isa::CONVOY_KERNEL_ISA>::functions = {.max_forward = max_forward,
                                                                           .max_backward = max_backward,
                                                                           .average_forward = average_forward,
                                                                           .average_backward = average_backward};

}  // namespace convoy::kernels
