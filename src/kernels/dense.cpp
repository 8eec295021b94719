#include "kernels/dense.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

using Sum = SampleGroups::Sum;

constexpr int block = 128;  // inputs: 16 units of them, and their gradients, are half of an L1 cache
constexpr int samples = 4;  // that go through a block together

template <class T>
CONVOY_INLINE T* row(Rows<T> rows, int n) {
  return rows.data + n * rows.stride;
}

using Four = float __attribute__((vector_size(16)));
using UnalignedFour __attribute__((vector_size(16), aligned(alignof(float)), may_alias)) = float;
static_assert(alignof(UnalignedFour) == alignof(float));

/// Four rows of four numbers.
struct Square {
  Four rows[4];

  CONVOY_INLINE static Square at(const float* p, std::ptrdiff_t step) {
    Square square;
    CONVOY_UNROLL for (int i = 0; i < 4; ++i) square.rows[i] = *reinterpret_cast<const UnalignedFour*>(p + i * step);
    return square;
  }
  CONVOY_INLINE Square transposed() const {
    const Four low = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const Four high = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const Four more_low = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const Four more_high = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    return {{__builtin_shufflevector(low, more_low, 0, 1, 4, 5), __builtin_shufflevector(low, more_low, 2, 3, 6, 7),
             __builtin_shufflevector(high, more_high, 0, 1, 4, 5),
             __builtin_shufflevector(high, more_high, 2, 3, 6, 7)}};
  }
  CONVOY_INLINE void store_to(float* p, std::ptrdiff_t step) const {
    CONVOY_UNROLL for (int i = 0; i < 4; ++i) * reinterpret_cast<UnalignedFour*>(p + i * step) = rows[i];
  }
  CONVOY_INLINE void add_to(float* p, std::ptrdiff_t step) const {
    CONVOY_UNROLL for (int i = 0; i < 4; ++i) * reinterpret_cast<UnalignedFour*>(p + i * step) += rows[i];
  }
};

/// Visits a matrix inputs x units: calls square(k, o) for squares of 4 x 4 numbers, and one(k, o) for what is left.
template <class OfSquare, class OfOne>
CONVOY_INLINE void for_squares(int inputs, int units, const OfSquare& square, const OfOne& one) {
  const int whole_inputs = inputs / 4 * 4;
  const int whole_units = units / 4 * 4;
  for (int o = 0; o < whole_units; o += 4) {
    for (int k = 0; k < whole_inputs; k += 4) square(k, o);
  }
  for (int o = 0; o < units; ++o) {
    for (int k = o < whole_units ? whole_inputs : 0; k < inputs; ++k) one(k, o);
  }
}

/// A block of a matrix inputs x units, transposed to units x block.
struct Transposed {
  alignas(64) float rows[most_few_units][block];

  /// Takes the rows [begin, begin + count) of w.
  void load(const float* w, int begin, int count, int units) {
    w += std::ptrdiff_t{begin} * units;
    for_squares(
        count, units,
        [&](std::ptrdiff_t k, int o) {
          Square::at(w + k * units + o, units).transposed().store_to(&rows[o][k], block);
        },
        [&](std::ptrdiff_t k, int o) { rows[o][k] = w[k * units + o]; });
  }
  /// Sets the first `units` rows to 0.
  void clear(int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < block; ++k) rows[o][k] = 0;
    }
  }
  /// Adds the first `units` rows of another block.
  void add(const Transposed& other, int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < block; ++k) rows[o][k] += other.rows[o][k];
    }
  }
  /// Adds the block, transposed back, to the rows [begin, begin + count) of w.
  void add_transposed_to(float* w, int begin, int count, int units) const {
    w += std::ptrdiff_t{begin} * units;
    for_squares(
        count, units,
        [&](std::ptrdiff_t k, int o) { Square::at(&rows[o][k], block).transposed().add_to(w + k * units + o, units); },
        [&](std::ptrdiff_t k, int o) { w[k * units + o] += rows[o][k]; });
  }
};

/// For N samples from n on and the inputs [begin, begin + count): assigns dx = dy w, unless it is null, and adds dy^T x
/// to dw, or assigns it if `first`.
template <int N, bool first>
CONVOY_INLINE void gradient_block(Rows<float> dx, Transposed& dw, Rows<const float> dy, Rows<const float> x,
                                  const Transposed& w, int begin, int count, int units, int n) {
  const auto step = [&](int k, auto get, auto put) __attribute__((always_inline)) {
    Vec inputs[N];
    Vec gradients[N] = {};
    CONVOY_UNROLL for (int i = 0; i < N; ++i) inputs[i] = get(row(x, n + i) + begin + k);
    for (int o = 0; o < units; ++o) {
      const Vec weights = load(w.rows[o] + k);
      Vec weight_gradient = first ? Vec{} : load(dw.rows[o] + k);
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
              int units, const SampleGroups& groups) {
  Transposed weights;
  Transposed sums[SampleGroups::most_places];
  weights.clear(units);  // beyond a last, shorter block
  for (int at = begin; at < end; at += block) {
    const int count = end - at < block ? end - at : block;
    weights.load(w, at, count, units);
    const auto part = [&](Sum of) {
      Transposed& sum = sums[of.place];
      const int last = groups.begin(of.group + 1);
      int n = groups.begin(of.group);
      if (n + samples <= last) {
        gradient_block<samples, true>(dx, sum, dy, x, weights, at, count, units, n);
        n += samples;
      } else {
        sum.clear(units);
      }
      for (; n + samples <= last; n += samples)
        gradient_block<samples, false>(dx, sum, dy, x, weights, at, count, units, n);
      for (; n < last; ++n) gradient_block<1, false>(dx, sum, dy, x, weights, at, count, units, n);
    };
    groups.reduce(part, [&](Sum left, Sum right) { sums[left.place].add(sums[right.place], units); });
    if (dw != nullptr) sums[0].add_transposed_to(dw, at, count, units);
  }
}

/// Groups with the first sample of each, for loops that ask for it often.
struct Division {
  const SampleGroups& groups;
  int first[SampleGroups::most + 1];

  explicit Division(const SampleGroups& of) : groups(of) {
    for (int group = 0; group <= of.count; ++group) first[group] = of.begin(group);
  }
};

/// K rows of V vectors, in registers.
template <int K, int V>
struct Tile {
  Vec rows[K][V];

  CONVOY_INLINE void add(const Tile& other) {
    CONVOY_UNROLL for (int i = 0; i < K; ++i) {
      CONVOY_UNROLL for (int v = 0; v < V; ++v) rows[i][v] += other.rows[i][v];
    }
  }
};

/// Adds x^T dy to K rows of V vectors of dw, whose rows are `units` apart. `get` loads a vector of dy, `add` adds one
/// to dw.
template <int K, int V, class Get, class Add>
CONVOY_INLINE void add_products(float* dw, Rows<const float> dy, Rows<const float> x, int units,
                                const Division& division, const Get& get, const Add& add) {
  Tile<K, V> sum = {};  // the last one under way
  Tile<K, V> waiting[SampleGroups::most_places];
  const auto part = [&](Sum of) __attribute__((always_inline)) {
    if (of.place > 0) waiting[of.place - 1] = sum;
    sum = {};
    for (int n = division.first[of.group]; n < division.first[of.group + 1]; ++n) {
      Vec d[V];
      CONVOY_UNROLL for (int v = 0; v < V; ++v) d[v] = get(row(dy, n) + std::ptrdiff_t{v} * lanes);
      CONVOY_UNROLL for (int i = 0; i < K; ++i) {
        const Vec input = broadcast(row(x, n)[i]);
        CONVOY_UNROLL for (int v = 0; v < V; ++v) sum.rows[i][v] = multiply_add(input, d[v], sum.rows[i][v]);
      }
    }
  };
  division.groups.reduce(
      part, [&](Sum left, Sum) __attribute__((always_inline)) { sum.add(waiting[left.place]); });
  CONVOY_UNROLL for (int i = 0; i < K; ++i) {
    CONVOY_UNROLL for (int v = 0; v < V; ++v) {
      add(dw + std::ptrdiff_t{i} * units + std::ptrdiff_t{v} * lanes, sum.rows[i][v]);
    }
  }
}

/// Adds x^T dy to K rows of dw, for the units [begin, end).
template <int K>
CONVOY_INLINE void add_rows(float* dw, Rows<const float> dy, Rows<const float> x, int begin, int end, int units,
                            const Division& division) {
  const auto get = [](const float* p) { return load(p); };
  const auto add = [](float* p, Vec v) { store(p, load(p) + v); };
  const auto from = [&](int o) { return Rows<const float>{dy.data + o, dy.stride}; };
  int o = begin;
  for (; o + 2 * lanes <= end; o += 2 * lanes) add_products<K, 2>(dw + o, from(o), x, units, division, get, add);
  for (; o + lanes <= end; o += lanes) add_products<K, 1>(dw + o, from(o), x, units, division, get, add);
  if (o == end) return;
  if (end < lanes) {
    add_products<K, 1>(
        dw, dy, x, units, division, [end](const float* p) { return load_some(p, end); },
        [end](float* p, Vec v) { store_some(p, load_some(p, end) + v, end); });
    return;
  }
  const int skipped = lanes - (end - o);  // a last vector overlaps the one before
  add_products<K, 1>(dw + end - lanes, from(end - lanes), x, units, division, get, [skipped](float* p, Vec v) {
    for (int i = skipped; i < lanes; ++i) p[i] += v[i];
  });
}

//  dw (inputs x units)  +=  x^T (inputs x batch)  dy (batch x units)
void weight_gradient(float* dw, Rows<const float> dy, Rows<const float> x, int begin, int end, int units,
                     const SampleGroups& groups) {
  constexpr int strip = 64;                      // units, whose dy stays in L1
  constexpr int together = lanes == 16 ? 8 : 4;  // inputs: AVX-512 has registers for twice as many
  const Division division(groups);
  const auto from = [&](int k) { return Rows<const float>{x.data + k, x.stride}; };
  for (int o = 0; o < units; o += strip) {
    const int last = units - o < strip ? units : o + strip;
    int k = begin;
    for (; k + together <= end; k += together)
      add_rows<together>(dw + std::ptrdiff_t{k} * units, dy, from(k), o, last, units, division);
    for (; k < end; ++k) add_rows<1>(dw + std::ptrdiff_t{k} * units, dy, from(k), o, last, units, division);
  }
}

}  // namespace

template <>
const DenseKernels Table<DenseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {backward, weight_gradient};

}  // namespace convoy::kernels
