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

/// factor * a + b, rounded once.
CONVOY_INLINE float add_times(float factor, float a, float b) { return multiply_add(factor, a, b); }
CONVOY_INLINE Vec add_times(float factor, Vec a, Vec b) { return multiply_add(broadcast(factor), a, b); }

/// Calls body.template operator()<T>(c) for all channels: T is Vec, then float for what is left.
template <class Body>
CONVOY_INLINE void each_channel(int count, const Body& body) {
  int c = 0;
  for (; c + lanes <= count; c += lanes) body.template operator()<Vec>(c);
  for (; c < count; ++c) body.template operator()<float>(c);
}

/// The matrices of F(2x2, 3x3), each times a column.
struct F2 {
  static constexpr int outputs = 2, inputs = 4;

  /// B^T d
  template <class T>
  static CONVOY_INLINE void input(T* to, const T* d) {
    to[0] = d[0] - d[2];
    to[1] = d[1] + d[2];
    to[2] = d[2] - d[1];
    to[3] = d[1] - d[3];
  }
  /// B m
  template <class T>
  static CONVOY_INLINE void input_gradient(T* to, const T* m) {
    to[0] = m[0];
    to[1] = m[1] - m[2] + m[3];
    to[2] = m[1] + m[2] - m[0];
    to[3] = -m[3];
  }
  /// A^T m
  template <class T>
  static CONVOY_INLINE void output(T* to, const T* m) {
    to[0] = m[0] + m[1] + m[2];
    to[1] = m[1] - m[2] - m[3];
  }
  /// A y
  template <class T>
  static CONVOY_INLINE void gradient(T* to, const T* y) {
    to[0] = y[0];
    to[1] = y[0] + y[1];
    to[2] = y[0] - y[1];
    to[3] = -y[1];
  }
  /// G g
  template <class T>
  static CONVOY_INLINE void kernel(T* to, const T* g) {
    const T ends = (g[0] + g[2]) * 0.5F;
    const T middle = g[1] * 0.5F;
    to[0] = g[0];
    to[1] = ends + middle;
    to[2] = ends - middle;
    to[3] = g[2];
  }
  /// G^T m
  template <class T>
  static CONVOY_INLINE void kernel_gradient(T* to, const T* m) {
    const T sum = (m[1] + m[2]) * 0.5F;
    to[0] = m[0] + sum;
    to[1] = (m[1] - m[2]) * 0.5F;
    to[2] = sum + m[3];
  }
};

/// The matrices of F(4x4, 3x3), each times a column. The points 1 and -1, and 2 and -2, share what is even and what is
/// odd in the point.
struct F4 {
  static constexpr int outputs = 4, inputs = 6;

  /// B^T d
  template <class T>
  static CONVOY_INLINE void input(T* to, const T* d) {
    const T even1 = add_times(-4, d[2], d[4]), odd1 = add_times(-4, d[1], d[3]);
    const T even2 = d[4] - d[2], odd2 = d[3] - d[1];
    to[0] = add_times(4, d[0], add_times(-5, d[2], d[4]));
    to[1] = even1 + odd1;
    to[2] = even1 - odd1;
    to[3] = add_times(2, odd2, even2);
    to[4] = add_times(-2, odd2, even2);
    to[5] = add_times(4, d[1], add_times(-5, d[3], d[5]));
  }
  /// B m
  template <class T>
  static CONVOY_INLINE void input_gradient(T* to, const T* m) {
    const T sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    const T sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    to[0] = m[0] * 4.0F;
    to[1] = add_times(4, m[5] - difference1, difference2 * -2.0F);
    to[2] = add_times(-5, m[0], add_times(-4, sum1, -sum2));
    to[3] = add_times(-5, m[5], add_times(2, difference2, difference1));
    to[4] = m[0] + sum1 + sum2;
    to[5] = m[5];
  }
  /// A^T m
  template <class T>
  static CONVOY_INLINE void output(T* to, const T* m) {
    const T sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    const T sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    to[0] = m[0] + sum1 + sum2;
    to[1] = add_times(2, difference2, difference1);
    to[2] = add_times(4, sum2, sum1);
    to[3] = add_times(8, difference2, difference1 + m[5]);
  }
  /// A y
  template <class T>
  static CONVOY_INLINE void gradient(T* to, const T* y) {
    const T even1 = y[0] + y[2], odd1 = y[1] + y[3];
    const T even2 = add_times(4, y[2], y[0]), odd2 = add_times(4, y[3], y[1]);
    to[0] = y[0];
    to[1] = even1 + odd1;
    to[2] = even1 - odd1;
    to[3] = add_times(2, odd2, even2);
    to[4] = add_times(-2, odd2, even2);
    to[5] = y[3];
  }
  /// G g
  template <class T>
  static CONVOY_INLINE void kernel(T* to, const T* g) {
    const T even1 = g[0] + g[2];
    const T even2 = add_times(0.25F, g[0], g[2]) * sixth;
    to[0] = g[0] * 0.25F;
    to[1] = (even1 + g[1]) * -sixth;
    to[2] = (even1 - g[1]) * -sixth;
    to[3] = add_times(sixth / 2, g[1], even2);
    to[4] = add_times(-sixth / 2, g[1], even2);
    to[5] = g[2];
  }
  /// G^T m
  template <class T>
  static CONVOY_INLINE void kernel_gradient(T* to, const T* m) {
    const T sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    const T sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    to[0] = add_times(sixth, add_times(0.25F, sum2, -sum1), m[0] * 0.25F);
    to[1] = add_times(0.5F, difference2, -difference1) * sixth;
    to[2] = add_times(sixth, sum2 - sum1, m[5]);
  }

  static constexpr float sixth = 1.0F / 6;
};

/// Transforms a tile of from x from numbers into one of to x to: get(i) is number i of the tile, row by row, put(i,
/// value) takes one of the result, and `axis` transforms first each column, then each row.
template <class T, int from, int to, class Axis, class Get, class Put>
CONVOY_INLINE void transform(const Axis& axis, const Get& get_number, const Put& put_number) {
  T half[to][from];
  CONVOY_UNROLL for (int column = 0; column < from; ++column) {
    T given[from], result[to];
    CONVOY_UNROLL for (int row = 0; row < from; ++row) given[row] = get_number(row * from + column);
    axis(result, given);
    CONVOY_UNROLL for (int row = 0; row < to; ++row) half[row][column] = result[row];
  }
  CONVOY_UNROLL for (int row = 0; row < to; ++row) {
    T result[to];
    axis(result, half[row]);
    CONVOY_UNROLL for (int column = 0; column < to; ++column) put_number(row * to + column, result[column]);
  }
}

template <class F>
void input(float* to, std::ptrdiff_t plane, const float* const* pixels, int count) {
  each_channel(count, [&]<class T>(int c) {
    transform<T, F::inputs, F::inputs>(
        [](T* result, const T* given) { F::input(result, given); }, [&](int i) { return get<T>(pixels[i] + c); },
        [&](int i, T value) { put(to + i * plane + c, value); });
  });
}

template <class F>
void gradient(float* to, std::ptrdiff_t plane, const float* const* pixels, int count) {
  each_channel(count, [&]<class T>(int c) {
    transform<T, F::outputs, F::inputs>(
        [](T* result, const T* given) { F::gradient(result, given); }, [&](int i) { return get<T>(pixels[i] + c); },
        [&](int i, T value) { put(to + i * plane + c, value); });
  });
}

template <class F>
void output(float* const* pixels, const float* products, std::ptrdiff_t plane, const float* bias, int count) {
  each_channel(count, [&]<class T>(int c) {
    const T b = bias == nullptr ? T{} : get<T>(bias + c);
    transform<T, F::inputs, F::outputs>([](T* result, const T* given) { F::output(result, given); },
                                        [&](int i) { return get<T>(products + i * plane + c); },
                                        [&](int i, T value) { put(pixels[i] + c, value + b); });
  });
}

template <class F>
void input_gradient(float* const* pixels, const float* products, std::ptrdiff_t plane, int count) {
  each_channel(count, [&]<class T>(int c) {
    transform<T, F::inputs, F::inputs>([](T* result, const T* given) { F::input_gradient(result, given); },
                                       [&](int i) { return get<T>(products + i * plane + c); },
                                       [&](int i, T value) { put(pixels[i] + c, get<T>(pixels[i] + c) + value); });
  });
}

template <class F>
void kernel(float* to, std::ptrdiff_t plane, const float* g, std::ptrdiff_t g_plane, int count) {
  each_channel(count, [&]<class T>(int c) {
    transform<T, 3, F::inputs>([](T* result, const T* given) { F::kernel(result, given); },
                               [&](int i) { return get<T>(g + i * g_plane + c); },
                               [&](int i, T value) { put(to + i * plane + c, value); });
  });
}

template <class F>
void kernel_gradient(float* dg, std::ptrdiff_t dg_plane, const float* sums, std::ptrdiff_t plane, int count) {
  each_channel(count, [&]<class T>(int c) {
    const auto add = [&](int i, T value) {
      float* to = dg + i * dg_plane + c;
      put(to, get<T>(to) + value);
    };
    transform<T, F::inputs, 3>([](T* result, const T* given) { F::kernel_gradient(result, given); },
                               [&](int i) { return get<T>(sums + i * plane + c); }, add);
  });
}

template <class F>
constexpr WinogradKernels kernels_of = {F::outputs, F::inputs,         input<F>,  gradient<F>,
                                        output<F>,  input_gradient<F>, kernel<F>, kernel_gradient<F>};

}  // namespace

template <>
const WinogradTables Table<WinogradTables, Isa::CONVOY_KERNEL_ISA>::functions = {kernels_of<F2>, kernels_of<F4>};

}  // namespace convoy::kernels
