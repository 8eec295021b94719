#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "engines.h"
#include "floats.h"
#include "kernels/conv.h"
#include "kernels/gemm.h"

namespace convoy::kernels {
namespace {

struct Layer {
  const char* name;
  Shape input;
  ConvOptions options;
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {"28x28x1 3x3 32", {28, 28, 1}, {.filters = 32, .kernel = {3, 3}}},
      {"26x26x32 3x3 64", {26, 26, 32}, {.filters = 64, .kernel = {3, 3}}},
      {"13x13x32 3x3 64", {13, 13, 32}, {.filters = 64, .kernel = {3, 3}}},
      {"32x32x3 3x3 16 same", {32, 32, 3}, {.filters = 16, .kernel = {3, 3}, .same = true}},
      {"32x32x16 3x3 16 same", {32, 32, 16}, {.filters = 16, .kernel = {3, 3}, .same = true}},
      {"16x16x32 3x3 32 same", {16, 16, 32}, {.filters = 32, .kernel = {3, 3}, .same = true}},
      {"8x8x64 3x3 64 same", {8, 8, 64}, {.filters = 64, .kernel = {3, 3}, .same = true}},
      {"32x32x16 3x3/2 32 same", {32, 32, 16}, {.filters = 32, .kernel = {3, 3}, .stride = {2, 2}, .same = true}},
      {"28x28x1 5x5 20", {28, 28, 1}, {.filters = 20, .kernel = {5, 5}}},
      {"16x16x128 3x3 128 same", {16, 16, 128}, {.filters = 128, .kernel = {3, 3}, .same = true}},
      {"16x16x64 1x1 64", {16, 16, 64}, {.filters = 64, .kernel = {1, 1}}},
  };
  return all;
}

enum class Direction { forward, kernel, data };

void run(benchmark::State& state, const Layer& layer, const std::string& name, Direction direction) {
  const SingleThreadedBlas single;
  const ConvShape shape = conv_shape(layer.input, layer.options);
  const auto engine = make_engine(name, shape);
  const Floats x(shape.in_floats(), 0.5F), kernel(shape.kernel_floats(), 0.01F), bias(layer.options.filters, 1.0F);
  Floats y(shape.out_floats(), 0.5F), d_x(shape.in_floats());
  Floats sums(static_cast<std::size_t>(engine->sum_planes() * shape.in_c * shape.out_c));
  Floats scratch(engine->scratch_floats());
  Floats forward_weights(engine->forward_weights_floats()), backward_weights(engine->backward_weights_floats());
  engine->pack_forward(forward_weights.data(), kernel.data());
  engine->pack_backward(backward_weights.data(), kernel.data());
  const float* forward = forward_weights.empty() ? kernel.data() : forward_weights.data();
  const float* backward = backward_weights.empty() ? kernel.data() : backward_weights.data();
  for (auto _ : state) {
    switch (direction) {
      case Direction::forward:
        engine->forward(y.data(), x.data(), forward, bias.data(), scratch.data(), {0, shape.out_h});
        break;
      case Direction::kernel: engine->backward_kernel(sums.data(), y.data(), x.data(), scratch.data()); break;
      case Direction::data: engine->backward_data(d_x.data(), y.data(), backward, scratch.data()); break;
    }
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(shape.macs()), benchmark::Counter::kIsIterationInvariantRate);
}

const bool registered = [] {
  constexpr std::pair<const char*, Direction> directions[] = {
      {"forward", Direction::forward}, {"d_kernel", Direction::kernel}, {"d_x", Direction::data}};
  for (const Layer& layer : layers()) {
    for (const auto& [direction_name, direction] : directions) {
      for (const char* engine : {"blas", "direct", "F(2x2)", "F(4x4)", "auto"}) {
        const std::string name = std::string("conv/") + layer.name + "/" + direction_name + "/" + engine;
        const auto body = [&layer, engine, way = direction](benchmark::State& state) {
          run(state, layer, engine, way);
        };
        benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMicrosecond);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace convoy::kernels
