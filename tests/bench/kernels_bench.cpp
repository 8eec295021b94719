#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "floats.h"
#include "kernels/activation.h"
#include "kernels/batch_norm.h"
#include "kernels/dense.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/optimizer.h"
#include "kernels/peak.h"
#include "kernels/pool.h"
#include "kernels/softmax.h"

namespace convoy::kernels {
namespace {

/// What a kernel reads and writes, for bytes a second.
void count_floats(benchmark::State& state, std::size_t floats) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(floats * sizeof(float)));
}

void count_flops(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// Batch norm of one image: pixels x channels.
struct BatchNormCase {
  int pixels, channels;
  std::size_t size = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  Floats x = Floats(size, 0.5F), dy = Floats(size, 0.1F), y = Floats(size);
  Floats one = Floats(static_cast<std::size_t>(channels), 1.0F), work = one;
  std::vector<double> a = std::vector<double>(one.size()), b = a;

  explicit BatchNormCase(const benchmark::State& state)
      : pixels(static_cast<int>(state.range(0))), channels(static_cast<int>(state.range(1))) {}
};

void moments(benchmark::State& state) {
  BatchNormCase c(state);
  for (auto _ : state) {
    batch_norm().moments(c.a.data(), c.b.data(), c.work.data(), c.x.data(), c.pixels, c.channels);
    benchmark::ClobberMemory();
  }
  count_floats(state, c.size);
}

void normalize(benchmark::State& state) {
  BatchNormCase c(state);
  for (auto _ : state) {
    batch_norm().normalize(c.y.data(), c.x.data(), c.one.data(), c.one.data(), c.one.data(), c.pixels, c.channels);
    benchmark::ClobberMemory();
  }
  count_floats(state, 2 * c.size);
}

void gradient_sums(benchmark::State& state) {
  BatchNormCase c(state);
  for (auto _ : state) {
    batch_norm().gradient_sums(c.a.data(), c.b.data(), c.dy.data(), c.x.data(), c.one.data(), c.pixels, c.channels);
    benchmark::ClobberMemory();
  }
  count_floats(state, 2 * c.size);
}

void input_gradient(benchmark::State& state) {
  BatchNormCase c(state);
  const float* one = c.one.data();
  for (auto _ : state) {
    batch_norm().input_gradient(c.y.data(), c.dy.data(), c.x.data(), one, one, one, one, c.pixels, c.channels);
    benchmark::ClobberMemory();
  }
  count_floats(state, 3 * c.size);
}

void batch_norm_sizes(benchmark::internal::Benchmark* b) { b->Args({676, 32})->Args({576, 64})->Args({784, 1}); }
BENCHMARK(moments)->Apply(batch_norm_sizes);
BENCHMARK(normalize)->Apply(batch_norm_sizes);
BENCHMARK(gradient_sums)->Apply(batch_norm_sizes);
BENCHMARK(input_gradient)->Apply(batch_norm_sizes);

/// The flagship's classifier: 36864 -> 10, a batch of 32.
struct DenseCase {
  static constexpr int batch = 32, inputs = 36864, units = 10;
  Floats x = Floats(std::size_t{batch} * inputs, 0.5F), w = Floats(std::size_t{inputs} * units, 0.1F);
  Floats dx = x, dw = w, y = Floats(std::size_t{batch} * units, 0.1F);
};

void dense_forward(benchmark::State& state) {
  DenseCase c;
  for (auto _ : state) {
    few_units_forward({c.y.data(), DenseCase::units}, {c.x.data(), DenseCase::inputs}, c.w.data(), 0, DenseCase::inputs,
                      DenseCase::units, DenseCase::batch);
    benchmark::ClobberMemory();
  }
  count_flops(state, 2.0 * DenseCase::batch * DenseCase::inputs * DenseCase::units);
}
void dense_backward(benchmark::State& state) {
  DenseCase c;
  for (auto _ : state) {
    dense().backward({c.dx.data(), DenseCase::inputs}, c.dw.data(), {c.y.data(), DenseCase::units},
                     {c.x.data(), DenseCase::inputs}, c.w.data(), 0, DenseCase::inputs, DenseCase::units,
                     {.samples = DenseCase::batch});
    benchmark::ClobberMemory();
  }
  count_flops(state, 4.0 * DenseCase::batch * DenseCase::inputs * DenseCase::units);
}
BENCHMARK(dense_forward)->Unit(benchmark::kMicrosecond);
BENCHMARK(dense_backward)->Unit(benchmark::kMicrosecond);

/// 2x2 pooling of a 26x26x32 image.
constexpr PoolShape pooling = {26, 26, 32, 13, 13, 2, 2, 2, 2, 0, 0};
constexpr std::size_t pool_in = 26 * 26 * 32, pool_out = 13 * 13 * 32;

void max_pool_forward(benchmark::State& state) {
  Floats x(pool_in, 0.5F), y(pool_out);
  std::vector<std::uint8_t> place(pool_out);
  for (auto _ : state) {
    pool().max_forward(y.data(), place.data(), x.data(), pooling);
    benchmark::ClobberMemory();
  }
  count_floats(state, pool_in + pool_out);
}
void max_pool_backward(benchmark::State& state) {
  Floats dx(pool_in), dy(pool_out, 0.5F);
  std::vector<std::uint8_t> place(pool_out, 1);
  for (auto _ : state) {
    pool().max_backward(dx.data(), dy.data(), place.data(), pooling);
    benchmark::ClobberMemory();
  }
  count_floats(state, pool_in + pool_out);
}
void average_pool_forward(benchmark::State& state) {
  Floats x(pool_in, 0.5F), y(pool_out);
  for (auto _ : state) {
    pool().average_forward(y.data(), x.data(), pooling);
    benchmark::ClobberMemory();
  }
  count_floats(state, pool_in + pool_out);
}
BENCHMARK(max_pool_forward);
BENCHMARK(max_pool_backward);
BENCHMARK(average_pool_forward);

constexpr std::size_t activations = 24 * 24 * 64;

void activation_forward(benchmark::State& state, ActivationKernels::Forward ActivationKernels::*function) {
  Floats x(activations, 0.5F), y(activations);
  for (auto _ : state) {
    (activation().*function)(y.data(), x.data(), activations);
    benchmark::ClobberMemory();
  }
  count_floats(state, 2 * activations);
}
void activation_in_place(benchmark::State& state, ActivationKernels::Forward ActivationKernels::*function) {
  Floats x(activations, 0.5F);
  for (auto _ : state) {
    (activation().*function)(x.data(), x.data(), activations);
    benchmark::ClobberMemory();
  }
  count_floats(state, 2 * activations);
}
void activation_backward(benchmark::State& state, ActivationKernels::Backward ActivationKernels::*function) {
  Floats dy(activations, 0.5F), y(activations, 0.5F);
  for (auto _ : state) {
    (activation().*function)(dy.data(), dy.data(), y.data(), activations);
    benchmark::ClobberMemory();
  }
  count_floats(state, 3 * activations);
}
BENCHMARK_CAPTURE(activation_forward, relu, &ActivationKernels::relu);
BENCHMARK_CAPTURE(activation_in_place, relu, &ActivationKernels::relu);
BENCHMARK_CAPTURE(activation_backward, relu, &ActivationKernels::d_relu);
BENCHMARK_CAPTURE(activation_forward, sigmoid, &ActivationKernels::sigmoid);
BENCHMARK_CAPTURE(activation_forward, tanh, &ActivationKernels::tanh);
BENCHMARK_CAPTURE(activation_forward, gelu, &ActivationKernels::gelu);

void add(benchmark::State& state) {
  Floats a(activations, 1), b(activations, 2);
  for (auto _ : state) {
    elementwise().add(a.data(), a.data(), b.data(), activations);
    benchmark::ClobberMemory();
  }
  count_floats(state, 3 * activations);
}
BENCHMARK(add);

void softmax_forward(benchmark::State& state) {
  Floats x(320, 1);
  for (auto _ : state) {
    softmax().forward(x.data(), x.data(), 32, 10);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(softmax_forward);

constexpr std::size_t weights = 387658;

void adam(benchmark::State& state) {
  Floats w(weights, 1), m(weights), v(weights), g(weights, 0.1F);
  for (auto _ : state) {
    optimizer().adam(w.data(), m.data(), v.data(), g.data(), weights, 1e-3F, 0.1F, 0.001F, 1e-7F);
    benchmark::ClobberMemory();
  }
  count_floats(state, 7 * weights);
}
void momentum(benchmark::State& state) {
  Floats w(weights, 1), velocity(weights), g(weights, 0.1F);
  for (auto _ : state) {
    optimizer().momentum(w.data(), velocity.data(), g.data(), weights, 1e-3F, 0.9F, true);
    benchmark::ClobberMemory();
  }
  count_floats(state, 5 * weights);
}
BENCHMARK(adam)->Unit(benchmark::kMicrosecond);
BENCHMARK(momentum)->Unit(benchmark::kMicrosecond);

void fma_peak(benchmark::State& state) {
  constexpr std::int64_t rounds = 1 << 16;
  for (auto _ : state) benchmark::DoNotOptimize(peak().multiply_add(rounds));
  count_flops(state, static_cast<double>(rounds) * peak().flops_a_round);
}
void sgemm(benchmark::State& state) {
  const SingleThreadedBlas single;
  constexpr int edge = 512;
  Floats a(std::size_t{edge} * edge, 0.5F), c(a.size());
  for (auto _ : state) {
    gemm(Transpose::no, Transpose::no, edge, edge, edge, a.data(), edge, a.data(), edge, false, c.data(), edge);
    benchmark::ClobberMemory();
  }
  count_flops(state, 2.0 * edge * edge * edge);
}
BENCHMARK(fma_peak)->Unit(benchmark::kMicrosecond);
BENCHMARK(sgemm)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace convoy::kernels
