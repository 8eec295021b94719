#include "kernels/winograd.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

template <class T>
CONVOY_INLINE T get(const float* p) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return *p;
  } else {
    return load(p);
  }
}
CONVOY_INLINE void put(float* p, Vec v) { store(p, v); }
CONVOY_INLINE void put(float* p, float v) { *p = v; }

/// Calls body.template operator()<T>(c) for all channels: T is Vec, then float for what is left.
template <class Body>
CONVOY_INLINE void each_channel(int count, const Body& body) {
  int c = 0;
  for (; c + lanes <= count; c += lanes) body.template operator()<Vec>(c);
  for (; c < count; ++c) body.template operator()<float>(c);
}

// One axis of each transform: to[0], to[step] ... from from[0], from[step] ...
template <class T>
CONVOY_INLINE void input_axis(T* to, const T* from, int step) {
  to[0] = from[0] - from[2 * step];
  to[step] = from[step] + from[2 * step];
  to[2 * step] = from[2 * step] - from[step];
  to[3 * step] = from[step] - from[3 * step];
}
template <class T>
CONVOY_INLINE void gradient_axis(T* to, const T* from, int to_step, int from_step) {
  to[0] = from[0];
  to[to_step] = from[0] + from[from_step];
  to[2 * to_step] = from[0] - from[from_step];
  to[3 * to_step] = -from[from_step];
}
template <class T>
CONVOY_INLINE void output_axis(T* to, const T* from, int to_step, int from_step) {
  to[0] = from[0] + from[from_step] + from[2 * from_step];
  to[to_step] = from[from_step] - from[2 * from_step] - from[3 * from_step];
}
template <class T>
CONVOY_INLINE void kernel_axis(T* to, const T* from, int to_step, int from_step) {
  const T ends = (from[0] + from[2 * from_step]) * 0.5F;
  const T middle = from[from_step] * 0.5F;
  to[0] = from[0];
  to[to_step] = ends + middle;
  to[2 * to_step] = ends - middle;
  to[3 * to_step] = from[2 * from_step];
}
template <class T>
CONVOY_INLINE void kernel_gradient_axis(T* to, const T* from, int to_step, int from_step) {
  const T sum = (from[from_step] + from[2 * from_step]) * 0.5F;
  to[0] = from[0] + sum;
  to[to_step] = (from[from_step] - from[2 * from_step]) * 0.5F;
  to[2 * to_step] = sum + from[3 * from_step];
}

void input(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows, std::ptrdiff_t x_step,
           int tiles, int count) {
  for (int t = 0; t < tiles; ++t, to += to_step) {
    const std::ptrdiff_t left = 2 * t * x_step;
    each_channel(count, [&]<class T>(int c) {
      T d[16], half[16];
      CONVOY_UNROLL for (int i = 0; i < 16; ++i) d[i] = get<T>(rows[i / 4] + left + i % 4 * x_step + c);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) input_axis(half + i, d + i, 4);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) input_axis(d + 4 * i, half + 4 * i, 1);
      CONVOY_UNROLL for (int i = 0; i < 16; ++i) put(to + i * plane + c, d[i]);
    });
  }
}

void gradient(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows, std::ptrdiff_t x_step,
              int tiles, int count) {
  for (int t = 0; t < tiles; ++t, to += to_step) {
    const std::ptrdiff_t left = 2 * t * x_step;
    each_channel(count, [&]<class T>(int c) {
      T dy[4], half[8], all[16];
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) dy[i] = get<T>(rows[i / 2] + left + i % 2 * x_step + c);
      CONVOY_UNROLL for (int i = 0; i < 2; ++i) gradient_axis(half + i, dy + i, 2, 2);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) gradient_axis(all + 4 * i, half + 2 * i, 1, 1);
      CONVOY_UNROLL for (int i = 0; i < 16; ++i) put(to + i * plane + c, all[i]);
    });
  }
}

void output(float* const* rows, std::ptrdiff_t y_step, const float* m, std::ptrdiff_t plane, std::ptrdiff_t m_step,
            const float* bias, int pixels, int count) {
  for (int left = 0; left < pixels; left += 2, m += m_step) {
    each_channel(count, [&]<class T>(int c) {
      T all[16], half[8], y[4];
      CONVOY_UNROLL for (int i = 0; i < 16; ++i) all[i] = get<T>(m + i * plane + c);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) output_axis(half + i, all + i, 4, 4);
      CONVOY_UNROLL for (int i = 0; i < 2; ++i) output_axis(y + 2 * i, half + 4 * i, 1, 1);
      const T b = bias == nullptr ? T{} : get<T>(bias + c);
      for (int row = 0; row < 2; ++row) {
        if (rows[row] == nullptr) continue;
        float* to = rows[row] + left * y_step + c;
        put(to, y[2 * row] + b);
        if (left + 1 < pixels) put(to + y_step, y[2 * row + 1] + b);
      }
    });
  }
}

void kernel(float* to, std::ptrdiff_t plane, const float* g, std::ptrdiff_t g_plane, int count) {
  each_channel(count, [&]<class T>(int c) {
    T given[9], half[12], all[16];
    CONVOY_UNROLL for (int i = 0; i < 9; ++i) given[i] = get<T>(g + i * g_plane + c);
    CONVOY_UNROLL for (int i = 0; i < 3; ++i) kernel_axis(half + i, given + i, 3, 3);
    CONVOY_UNROLL for (int i = 0; i < 4; ++i) kernel_axis(all + 4 * i, half + 3 * i, 1, 1);
    CONVOY_UNROLL for (int i = 0; i < 16; ++i) put(to + i * plane + c, all[i]);
  });
}

void kernel_gradient(float* dg, std::ptrdiff_t dg_plane, const float* m, std::ptrdiff_t plane, int count) {
  each_channel(count, [&]<class T>(int c) {
    T all[16], half[12], sum[9];
    CONVOY_UNROLL for (int i = 0; i < 16; ++i) all[i] = get<T>(m + i * plane + c);
    CONVOY_UNROLL for (int i = 0; i < 4; ++i) kernel_gradient_axis(half + i, all + i, 4, 4);
    CONVOY_UNROLL for (int i = 0; i < 3; ++i) kernel_gradient_axis(sum + 3 * i, half + 4 * i, 1, 1);
    CONVOY_UNROLL for (int i = 0; i < 9; ++i) put(dg + i * dg_plane + c, get<T>(dg + i * dg_plane + c) + sum[i]);
  });
}

}  // namespace

template <>
const WinogradKernels Table<WinogradKernels, Isa::CONVOY_KERNEL_ISA>::functions = {input, gradient, output, kernel,
                                                                                   kernel_gradient};

}  // namespace convoy::kernels
