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

/// The matrices of F(4x4, 3x3), each times a column. The points p and -p, and q and -q, share what is even and what is
/// odd in the point. p, q and their products in B and A are exact in float.
struct F4 {
  static constexpr int outputs = 4, inputs = 6;
  static constexpr float p = 0.625F, p2 = p * p, p3 = p2 * p;
  static constexpr float q = 1.5F, q2 = q * q, q3 = q2 * q;
  static constexpr float g0 = 1 / (p2 * q2), gp = 1 / (2 * p2 * (p2 - q2)), gq = 1 / (2 * q2 * (q2 - p2));

  /// B^T d
  template <class T>
  static CONVOY_INLINE void input(T* to, const T* d) {
    const T even_p = add_times(-q2, d[2], d[4]), odd_p = add_times(-q2, d[1], d[3]);
    const T even_q = add_times(-p2, d[2], d[4]), odd_q = add_times(-p2, d[1], d[3]);
    to[0] = add_times(p2 * q2, d[0], add_times(-(p2 + q2), d[2], d[4]));
    to[1] = add_times(p, odd_p, even_p);
    to[2] = add_times(-p, odd_p, even_p);
    to[3] = add_times(q, odd_q, even_q);
    to[4] = add_times(-q, odd_q, even_q);
    to[5] = add_times(p2 * q2, d[1], add_times(-(p2 + q2), d[3], d[5]));
  }
  /// B m
  template <class T>
  static CONVOY_INLINE void input_gradient(T* to, const T* m) {
    const T sum_p = m[1] + m[2], sum_q = m[3] + m[4];
    const T odd_p = (m[1] - m[2]) * p, odd_q = (m[3] - m[4]) * q;
    to[0] = m[0] * (p2 * q2);
    to[1] = add_times(p2 * q2, m[5], add_times(-q2, odd_p, odd_q * -p2));
    to[2] = add_times(-(p2 + q2), m[0], add_times(-q2, sum_p, sum_q * -p2));
    to[3] = add_times(-(p2 + q2), m[5], odd_p + odd_q);
    to[4] = m[0] + sum_p + sum_q;
    to[5] = m[5];
  }
  /// A^T m
  template <class T>
  static CONVOY_INLINE void output(T* to, const T* m) {
    const T sum_p = m[1] + m[2], difference_p = m[1] - m[2];
    const T sum_q = m[3] + m[4], difference_q = m[3] - m[4];
    to[0] = m[0] + sum_p + sum_q;
    to[1] = add_times(p, difference_p, difference_q * q);
    to[2] = add_times(p2, sum_p, sum_q * q2);
    to[3] = add_times(p3, difference_p, add_times(q3, difference_q, m[5]));
  }
  /// A y
  template <class T>
  static CONVOY_INLINE void gradient(T* to, const T* y) {
    const T even_p = add_times(p2, y[2], y[0]), odd_p = add_times(p2, y[3], y[1]);
    const T even_q = add_times(q2, y[2], y[0]), odd_q = add_times(q2, y[3], y[1]);
    to[0] = y[0];
    to[1] = add_times(p, odd_p, even_p);
    to[2] = add_times(-p, odd_p, even_p);
    to[3] = add_times(q, odd_q, even_q);
    to[4] = add_times(-q, odd_q, even_q);
    to[5] = y[3];
  }
  /// G g
  template <class T>
  static CONVOY_INLINE void kernel(T* to, const T* g) {
    const T even_p = add_times(p2, g[2], g[0]), even_q = add_times(q2, g[2], g[0]);
    to[0] = g[0] * g0;
    to[1] = add_times(p, g[1], even_p) * gp;
    to[2] = add_times(-p, g[1], even_p) * gp;
    to[3] = add_times(q, g[1], even_q) * gq;
    to[4] = add_times(-q, g[1], even_q) * gq;
    to[5] = g[2];
  }
  /// G^T m
  template <class T>
  static CONVOY_INLINE void kernel_gradient(T* to, const T* m) {
    const T sum_p = (m[1] + m[2]) * gp, difference_p = (m[1] - m[2]) * gp;
    const T sum_q = (m[3] + m[4]) * gq, difference_q = (m[3] - m[4]) * gq;
    to[0] = add_times(g0, m[0], sum_p + sum_q);
    to[1] = add_times(p, difference_p, difference_q * q);
    to[2] = add_times(p2, sum_p, add_times(q2, sum_q, m[5]));
  }
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
    transform<T, F::inputs, F::inputs>([](T* result, const T* given) { F::input(result, given); },
                                       [&](int i) { return get<T>(pixels[i] + c); },
                                       [&](int i, T value) { put(to + i * plane + c, value); });
  });
}

template <class F>
void gradient(float* to, std::ptrdiff_t plane, const float* const* pixels, int count) {
  each_channel(count, [&]<class T>(int c) {
    transform<T, F::outputs, F::inputs>([](T* result, const T* given) { F::gradient(result, given); },
                                        [&](int i) { return get<T>(pixels[i] + c); },
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
