#include "kernels/winograd.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// A vector of floats, or one, at p.
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

/// Assigns G g for one column g of 3 numbers, from_step apart; the 4 numbers of the result are to_step apart.
template <class T>
CONVOY_INLINE void kernel_axis(T* to, const T* from, std::ptrdiff_t to_step, std::ptrdiff_t from_step) {
  const T ends = (from[0] + from[2 * from_step]) * 0.5F;
  const T middle = from[from_step] * 0.5F;
  to[0] = from[0];
  to[to_step] = ends + middle;
  to[2 * to_step] = ends - middle;
  to[3 * to_step] = from[2 * from_step];
}
/// Assigns G^T m for one column m of 4 numbers, from_step apart; the 3 numbers of the result are to_step apart.
template <class T>
CONVOY_INLINE void kernel_gradient_axis(T* to, const T* from, std::ptrdiff_t to_step, std::ptrdiff_t from_step) {
  const T sum = (from[from_step] + from[2 * from_step]) * 0.5F;
  to[0] = from[0] + sum;
  to[to_step] = (from[from_step] - from[2 * from_step]) * 0.5F;
  to[2 * to_step] = sum + from[3 * from_step];
}

/// Assigns one row of B^T d B, from the 4 numbers of a row of B^T d.
template <class T>
CONVOY_INLINE void put_input_row(float* to, std::ptrdiff_t plane, const T (&e)[4]) {
  put(to, e[0] - e[2]);
  put(to + plane, e[1] + e[2]);
  put(to + 2 * plane, e[2] - e[1]);
  put(to + 3 * plane, e[1] - e[3]);
}

// Row by row of the result, since 16 numbers at once are more than there are registers.
void input(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows, std::ptrdiff_t x_step,
           int tiles, int count) {
  for (int t = 0; t < tiles; ++t, to += to_step) {
    const std::ptrdiff_t left = std::ptrdiff_t{2} * t * x_step;
    const float* d[4] = {rows[0] + left, rows[1] + left, rows[2] + left, rows[3] + left};
    each_channel(count, [&]<class T>(int c) {
      const auto x = [&](int row, int i) { return get<T>(d[row] + i * x_step + c); };
      T e[4];
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = x(0, i) - x(2, i);
      put_input_row(to + c, plane, e);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = x(1, i) + x(2, i);
      put_input_row(to + 4 * plane + c, plane, e);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = x(2, i) - x(1, i);
      put_input_row(to + 8 * plane + c, plane, e);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = x(1, i) - x(3, i);
      put_input_row(to + 12 * plane + c, plane, e);
    });
  }
}

/// Assigns one row of A dy A^T, from the 2 numbers of a row of A dy.
template <class T>
CONVOY_INLINE void put_gradient_row(float* to, std::ptrdiff_t plane, T first, T second) {
  put(to, first);
  put(to + plane, first + second);
  put(to + 2 * plane, first - second);
  put(to + 3 * plane, -second);
}

void gradient(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows, std::ptrdiff_t x_step,
              int tiles, int count) {
  for (int t = 0; t < tiles; ++t, to += to_step) {
    const std::ptrdiff_t left = std::ptrdiff_t{2} * t * x_step;
    const float* top = rows[0] + left;
    const float* bottom = rows[1] + left;
    each_channel(count, [&]<class T>(int c) {
      const T a = get<T>(top + c), b = get<T>(top + x_step + c);
      const T p = get<T>(bottom + c), q = get<T>(bottom + x_step + c);
      put_gradient_row(to + c, plane, a, b);
      put_gradient_row(to + 4 * plane + c, plane, a + p, b + q);
      put_gradient_row(to + 8 * plane + c, plane, a - p, b - q);
      put_gradient_row(to + 12 * plane + c, plane, -p, -q);
    });
  }
}

void output(float* const* rows, std::ptrdiff_t y_step, const float* m, std::ptrdiff_t plane, std::ptrdiff_t m_step,
            const float* bias, int pixels, int count) {
  for (int left = 0; left < pixels; left += 2, m += m_step) {
    const bool both = left + 1 < pixels;
    each_channel(count, [&]<class T>(int c) {
      const auto at = [&](int row, int i) { return get<T>(m + (4 * row + i) * plane + c); };
      const T b = bias == nullptr ? T{} : get<T>(bias + c);
      const auto put_row = [&](float* row, const T(&e)[4]) {
        if (row == nullptr) return;
        put(row + left * y_step + c, e[0] + e[1] + e[2] + b);
        if (both) put(row + (left + 1) * y_step + c, e[1] - e[2] - e[3] + b);
      };
      T e[4];
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = at(0, i) + at(1, i) + at(2, i);
      put_row(rows[0], e);
      CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = at(1, i) - at(2, i) - at(3, i);
      put_row(rows[1], e);
    });
  }
}

/// Number r of B m for one column m of 4 numbers, `plane` floats apart.
template <class T>
CONVOY_INLINE T input_gradient_row(const float* m, std::ptrdiff_t plane, int r) {
  const auto at = [&](int i) { return get<T>(m + i * plane); };
  switch (r) {
    case 0: return at(0);
    case 1: return at(1) - at(2) + at(3);
    case 2: return at(1) + at(2) - at(0);
    default: return -at(3);
  }
}

// What two patches share stays in registers from one to the next.
void input_gradient(float* const* rows, std::ptrdiff_t x_step, int width, int left, const float* m,
                    std::ptrdiff_t plane, std::ptrdiff_t m_step, int tiles, int count) {
  each_channel(count, [&]<class T>(int c) {
    const auto add = [&](float* row, int x, T value) {
      if (x < 0 || x >= width) return;
      float* pixel = row + x * x_step + c;
      put(pixel, get<T>(pixel) + value);
    };
    CONVOY_UNROLL for (int r = 0; r < 4; ++r) {
      if (rows[r] == nullptr) continue;
      T shared[2] = {};
      int x = left;
      const float* products = m + c;
      for (int t = 0; t < tiles; ++t, x += 2, products += m_step) {
        T e[4];
        CONVOY_UNROLL for (int i = 0; i < 4; ++i) e[i] = input_gradient_row<T>(products + i * plane, 4 * plane, r);
        add(rows[r], x, shared[0] + e[0]);
        add(rows[r], x + 1, shared[1] + (e[1] - e[2] + e[3]));
        shared[0] = e[1] + e[2] - e[0];
        shared[1] = -e[3];
      }
      add(rows[r], x, shared[0]);
      add(rows[r], x + 1, shared[1]);
    }
  });
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
const WinogradKernels Table<WinogradKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    input, gradient, output, input_gradient, kernel, kernel_gradient};

}  // namespace convoy::kernels
