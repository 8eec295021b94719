#include "layers/noise.h"

#include <algorithm>

#include "core/random.h"
#include "layers/check.h"
#include "layers/registry.h"

namespace convoy::layers {
namespace {

/// Copies unless both are one buffer.
void pass_on(float* to, const float* from, std::size_t size) {
  if (to != from) std::copy_n(from, size, to);
}

}  // namespace

Noise::Noise(const convoy::Noise& options)
    : mean_(options.mean), deviation_(options.deviation), redrawn_(options.redrawn) {}

const Described<convoy::Noise>& Noise::described() {
  static const Described<convoy::Noise> all{
      "noise", "In training adds normal noise to each value.",
      Fields<convoy::Noise>()
          .add("mean", &convoy::Noise::mean, "The noise's mean; with redrawn the largest, either way.", {.min = 0})
          .add("deviation", &convoy::Noise::deviation, "The noise's standard deviation; with redrawn the largest.",
               {.min = 0})
          .add("redrawn", &convoy::Noise::redrawn,
               "Each channel draws a mean from -mean to mean and a deviation from 0 to deviation in each step.")};
  return all;
}

Declaration Noise::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  size_ = input.size();
  channels_ = static_cast<std::size_t>(input.last());
  return {.output = input, .scratch_floats = 2 * channels_, .in_place = true, .folding = Folding::passes_affine};
}

void Noise::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  if (pass.mode == Mode::predict) {
    pass_on(y, x, size_);
    return;
  }
  const std::uint64_t stream = pass.seed ^ (std::uint64_t{pass.salt} << 40U);
  float* mean = pass.scratch[static_cast<std::size_t>(task.worker)];
  float* deviation = mean + channels_;
  Random of_step(stream, Purpose::noise_distribution, pass.number);
  for (std::size_t c = 0; c < channels_; ++c) {
    mean[c] = static_cast<float>(mean_) * (redrawn_ ? 2 * of_step.uniform() - 1 : 1);
    deviation[c] = static_cast<float>(deviation_) * (redrawn_ ? of_step.uniform() : 1);
  }
  Random random(stream, Purpose::noise, pass.number, static_cast<std::uint32_t>(task.index));
  std::size_t c = 0;
  const auto add = [&](std::size_t i, float normal) {
    y[i] = x[i] + mean[c] + deviation[c] * normal;
    if (++c == channels_) c = 0;
  };
  for (std::size_t i = 0; i < size_; i += 2) {
    const auto [first, second] = random.normal_pair();
    add(i, first);
    if (i + 1 < size_) add(i + 1, second);
  }
}

void Noise::backward_sample(const Pass& pass, const Task& task) const {
  if (pass.d_inputs[0]) pass_on(pass.d_inputs[0][task.index], pass.d_output[task.index], size_);
}

LayerType noise_row() { return type_row<Layer, Noise>(Noise::described()); }

}  // namespace convoy::layers

convoy::Noise::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Noise::described(), *this); }
