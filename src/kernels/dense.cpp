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
using UnalignedFour = float __attribute__((vector_size(16), aligned(alignof(float)), may_alias));

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

constexpr int tile_inputs = 16;  // a cache line of x
constexpr int tile_units = 64;   // 4 KB with these inputs: a tile for each place of the tree is in L1

/// A tile of the weights' gradient.
struct Tile {
  alignas(64) float rows[tile_inputs][tile_units];

  void add(const Tile& other, int inputs) {
    for (int k = 0; k < inputs; ++k) {
      for (int o = 0; o < tile_units; ++o) rows[k][o] += other.rows[k][o];
    }
  }
  void add_to(float* dw, int inputs, int units, int step) const {
    for (int k = 0; k < inputs; ++k) {
      for (int o = 0; o < units; ++o) dw[std::ptrdiff_t{k} * step + o] += rows[k][o];
    }
  }
};

/// Assigns K rows of V vectors of a tile from its row k and unit o on: the sums of x dy over the samples [first, last).
/// `get` loads a vector of dy.
template <int K, int V, class Get>
CONVOY_INLINE void sum_products(Tile& tile, int k, int o, Rows<const float> dy, Rows<const float> x, int first,
                                int last, const Get& get) {
  Vec sums[K][V] = {};
  for (int n = first; n < last; ++n) {
    Vec d[V];
    CONVOY_UNROLL for (int v = 0; v < V; ++v) d[v] = get(row(dy, n) + o + std::ptrdiff_t{v} * lanes);
    CONVOY_UNROLL for (int i = 0; i < K; ++i) {
      const Vec input = broadcast(row(x, n)[k + i]);
      CONVOY_UNROLL for (int v = 0; v < V; ++v) sums[i][v] = multiply_add(input, d[v], sums[i][v]);
    }
  }
  CONVOY_UNROLL for (int i = 0; i < K; ++i) {
    CONVOY_UNROLL for (int v = 0; v < V; ++v) store(tile.rows[k + i] + o + std::ptrdiff_t{v} * lanes, sums[i][v]);
  }
}

/// Assigns K rows of a tile, from row k on, for `units` units.
template <int K>
CONVOY_INLINE void sum_rows(Tile& tile, int k, int units, Rows<const float> dy, Rows<const float> x, int first,
                            int last) {
  const auto whole = [](const float* p) { return load(p); };
  int o = 0;
  for (; o + 2 * lanes <= units; o += 2 * lanes) sum_products<K, 2>(tile, k, o, dy, x, first, last, whole);
  for (; o + lanes <= units; o += lanes) sum_products<K, 1>(tile, k, o, dy, x, first, last, whole);
  if (o == units) return;
  const int rest = units - o;
  sum_products<K, 1>(tile, k, o, dy, x, first, last, [rest](const float* p) { return load_some(p, rest); });
}

/// Assigns a tile, `inputs` x `units`: the sums over the samples [first, last).
void sum_tile(Tile& tile, int inputs, int units, Rows<const float> dy, Rows<const float> x, int first, int last) {
  constexpr int together = 4;
  int k = 0;
  for (; k + together <= inputs; k += together) sum_rows<together>(tile, k, units, dy, x, first, last);
  for (; k < inputs; ++k) sum_rows<1>(tile, k, units, dy, x, first, last);
}

//  dw (inputs x units)  +=  x^T (inputs x batch)  dy (batch x units)
void weight_gradient(float* dw, Rows<const float> dy, Rows<const float> x, int begin, int end, int units,
                     const SampleGroups& groups) {
  Tile tiles[SampleGroups::most_places] = {};
  for (int o = 0; o < units; o += tile_units) {
    const int width = units - o < tile_units ? units - o : tile_units;
    for (int k = begin; k < end; k += tile_inputs) {
      const int height = end - k < tile_inputs ? end - k : tile_inputs;
      const auto part = [&](Sum of) {
        sum_tile(tiles[of.place], height, width, {dy.data + o, dy.stride}, {x.data + k, x.stride},
                 groups.begin(of.group), groups.begin(of.group + 1));
      };
      groups.reduce(part, [&](Sum left, Sum right) { tiles[left.place].add(tiles[right.place], height); });
      tiles[0].add_to(dw + std::ptrdiff_t{k} * units + o, height, width, units);
    }
  }
}

}  // namespace

template <>
const DenseKernels Table<DenseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {backward, weight_gradient};

}  // namespace convoy::kernels
