#include "kernels/dense.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

constexpr int block = 256;                    // inputs: 16 units of them are half of an L1 cache
constexpr int samples = 4;                    // that go through a block together
constexpr int outputs = lanes == 16 ? 5 : 2;  // times `samples`: the accumulators that fit the registers

template <class T>
CONVOY_INLINE T* row(Rows<T> rows, int n) {
  return rows.data + n * rows.stride;
}

/// A block of a matrix inputs x units, transposed to units x block.
struct Transposed {
  alignas(64) float rows[most_few_units][block];

  void load(const float* w, int begin, int count, int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < count; ++k) rows[o][k] = w[static_cast<std::ptrdiff_t>(begin + k) * units + o];
    }
  }
  void clear(int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < block; ++k) rows[o][k] = 0;
    }
  }
  void add_to(float* w, int begin, int count, int units) const {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < count; ++k) w[static_cast<std::ptrdiff_t>(begin + k) * units + o] += rows[o][k];
    }
  }
};

/// partial[n + i][o + j] += the dot product of x[n + i] and column o + j, over the block at `begin`.
template <int N, int O>
CONVOY_INLINE void dot_tile(Rows<float> partial, Rows<const float> x, const Transposed& w, int begin, int count, int n,
                            int o) {
  Vec sums[N][O] = {};
  const auto accumulate = [&](int k, auto get) __attribute__((always_inline)) {
    Vec inputs[N];
    CONVOY_UNROLL for (int i = 0; i < N; ++i) inputs[i] = get(row(x, n + i) + begin + k);
    CONVOY_UNROLL for (int j = 0; j < O; ++j) {
      const Vec weights = get(w.rows[o + j] + k);
      CONVOY_UNROLL for (int i = 0; i < N; ++i) sums[i][j] += inputs[i] * weights;
    }
  };
  int k = 0;
  for (; k + lanes <= count; k += lanes) accumulate(k, [](const float* p) { return load(p); });
  if (k < count) accumulate(k, [&](const float* p) { return load_some(p, count - k); });
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < O; ++j) row(partial, n + i)[o + j] += sum(sums[i][j]);
  }
}

template <int N>
CONVOY_INLINE void dot_block(Rows<float> partial, Rows<const float> x, const Transposed& w, int begin, int count,
                             int units, int n) {
  int o = 0;
  for (; o + outputs <= units; o += outputs) dot_tile<N, outputs>(partial, x, w, begin, count, n, o);
  for (; o < units; ++o) dot_tile<N, 1>(partial, x, w, begin, count, n, o);
}

void forward(Rows<float> partial, Rows<const float> x, const float* w, int begin, int end, int units, int batch) {
  for (int n = 0; n < batch; ++n) {
    for (int o = 0; o < units; ++o) row(partial, n)[o] = 0;
  }
  Transposed weights;
  for (int at = begin; at < end; at += block) {
    const int count = end - at < block ? end - at : block;
    weights.load(w, at, count, units);
    int n = 0;
    for (; n + samples <= batch; n += samples) dot_block<samples>(partial, x, weights, at, count, units, n);
    for (; n < batch; ++n) dot_block<1>(partial, x, weights, at, count, units, n);
  }
}

/// dx[n + i] = sum over o of dy[n + i][o] * w[o], and dw[o] += sum over i of dy[n + i][o] * x[n + i], over one block.
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
        gradients[i] += d * weights;
        weight_gradient += d * inputs[i];
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
    if (dw != nullptr) gradients.add_to(dw, at, count, units);
  }
}

}  // namespace

template <>
const DenseKernels Table<DenseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {.forward = forward, .backward = backward};

}  // namespace convoy::kernels
