#include "kernels/dense.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

constexpr int block = 128;  // inputs: 16 units of them, and their gradients, are half of an L1 cache
constexpr int samples = 4;  // that go through a block together

template <class T>
CONVOY_INLINE T* row(Rows<T> rows, int n) {
  return rows.data + n * rows.stride;
}

/// A block of a matrix inputs x units, transposed to units x block.
struct Transposed {
  alignas(64) float rows[most_few_units][block];

  /// Takes the rows [begin, begin + count) of w.
  void load(const float* w, int begin, int count, int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < count; ++k) rows[o][k] = w[static_cast<std::ptrdiff_t>(begin + k) * units + o];
    }
  }
  /// Sets the first `units` rows to 0.
  void clear(int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < block; ++k) rows[o][k] = 0;
    }
  }
  /// Adds the block, transposed back, to the rows [begin, begin + count) of w.
  void add_transposed_to(float* w, int begin, int count, int units) const {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < count; ++k) w[static_cast<std::ptrdiff_t>(begin + k) * units + o] += rows[o][k];
    }
  }
};

/// For N samples from n on and the inputs [begin, begin + count): assigns dx = dy w, unless it is null, and adds dy^T x
/// to dw.
template <int N>
CONVOY_INLINE void gradient_block(Rows<float> dx, Transposed& dw, Rows<const float> dy, Rows<const float> x,
                                  const Transposed& w, int begin, int count, int units, int n) {
  const auto step = [&](int k, auto get, auto put) __attribute__((always_inline)) {
    Vec inputs[N];
    Vec gradients[N] = {};
    CONVOY_UNROLL for (int i = 0; i < N; ++i) inputs[i] = get(row(x, n + i) + begin + k);
    for (int o = 0; o < units; ++o) {
      const Vec weights = load(w.rows[o] + k);
      Vec weight_gradient = load(dw.rows[o] + k);
      CONVOY_UNROLL for (int i = 0; i < N; ++i) {
        const Vec d = broadcast(row(dy, n + i)[o]);
        gradients[i] = multiply_add(d, weights, gradients[i]);
        weight_gradient = multiply_add(d, inputs[i], weight_gradient);
      }
      store(dw.rows[o] + k, weight_gradient);
    }
    if (dx.data == nullptr) return;
    CONVOY_UNROLL for (int i = 0; i < N; ++i) put(row(dx, n + i) + begin + k, gradients[i]);
  };
  int k = 0;
  for (; k + lanes <= count; k += lanes) {
    step(
        k, [](const float* p) { return load(p); }, [](float* p, Vec v) { store(p, v); });
  }
  if (k < count) {
    const int rest = count - k;
    step(
        k, [&](const float* p) { return load_some(p, rest); }, [&](float* p, Vec v) { store_some(p, v, rest); });
  }
}

void backward(Rows<float> dx, float* dw, Rows<const float> dy, Rows<const float> x, const float* w, int begin, int end,
              int units, int batch) {
  Transposed weights;
  Transposed gradients;
  weights.clear(units);  // beyond a last, shorter block
  for (int at = begin; at < end; at += block) {
    const int count = end - at < block ? end - at : block;
    weights.load(w, at, count, units);
    gradients.clear(units);
    int n = 0;
    for (; n + samples <= batch; n += samples)
      gradient_block<samples>(dx, gradients, dy, x, weights, at, count, units, n);
    for (; n < batch; ++n) gradient_block<1>(dx, gradients, dy, x, weights, at, count, units, n);
    if (dw != nullptr) gradients.add_transposed_to(dw, at, count, units);
  }
}

}  // namespace

template <>
const DenseKernels Table<DenseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {backward};

}  // namespace convoy::kernels
