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
  /// Adds the first `units` rows of another block.
  void add(const Transposed& other, int units) {
    for (int o = 0; o < units; ++o) {
      for (int k = 0; k < block; ++k) rows[o][k] += other.rows[o][k];
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
    const auto part = [&](int group) {
      Transposed& sum = sums[SampleGroups::place(group)];
      sum.clear(units);
      const int last = groups.begin(group + 1);
      int n = groups.begin(group);
      for (; n + samples <= last; n += samples) gradient_block<samples>(dx, sum, dy, x, weights, at, count, units, n);
      for (; n < last; ++n) gradient_block<1>(dx, sum, dy, x, weights, at, count, units, n);
    };
    groups.reduce(part, [&](int left, int right) {
      sums[SampleGroups::place(left)].add(sums[SampleGroups::place(right)], units);
    });
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
CONVOY_INLINE void sum_products(Tile& tile, int k, int o, Rows<const float> dy, Rows<const float> x, int first, int last,
                                const Get& get) {
  Vec sums[K][V] = {};
  for (int n = first; n < last; ++n) {
    Vec d[V];
    CONVOY_UNROLL for (int v = 0; v < V; ++v) d[v] = get(row(dy, n) + o + v * lanes);
    CONVOY_UNROLL for (int i = 0; i < K; ++i) {
      const Vec input = broadcast(row(x, n)[k + i]);
      CONVOY_UNROLL for (int v = 0; v < V; ++v) sums[i][v] = multiply_add(input, d[v], sums[i][v]);
    }
  }
  CONVOY_UNROLL for (int i = 0; i < K; ++i) {
    CONVOY_UNROLL for (int v = 0; v < V; ++v) store(tile.rows[k + i] + o + v * lanes, sums[i][v]);
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
      const auto part = [&](int group) {
        sum_tile(tiles[SampleGroups::place(group)], height, width, {dy.data + o, dy.stride}, {x.data + k, x.stride},
                 groups.begin(group), groups.begin(group + 1));
      };
      groups.reduce(part, [&](int left, int right) {
        tiles[SampleGroups::place(left)].add(tiles[SampleGroups::place(right)], height);
      });
      tiles[0].add_to(dw + std::ptrdiff_t{k} * units + o, height, width, units);
    }
  }
}

}  // namespace

template <>
const DenseKernels Table<DenseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {backward, weight_gradient};

}  // namespace convoy::kernels
