#include "layers/dropout.h"

#include <algorithm>

#include "core/random.h"
#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/registry.h"

namespace convoy::layers {

Dropout::Dropout(const convoy::Dropout& options) : rate_(options.rate) {}

const Described<convoy::Dropout>& Dropout::described() {
  static const Described<convoy::Dropout> all{
      "dropout", "In training sets a share of the values to 0 and scales the others up.",
      Fields<convoy::Dropout>().add("rate", &convoy::Dropout::rate, "The share that is set to 0.",
                                    {.min = 0, .max = 0.999})};
  return all;
}

Declaration Dropout::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  size_ = input.size();
  return {.output = input, .saved_bytes = size_, .in_place = true, .folding = Folding::passes_affine};
}

void Dropout::draw_kept(std::uint8_t* keep, const Pass& pass, int sample) const {
  Random random(pass.seed ^ (std::uint64_t{pass.salt} << 40U), Purpose::dropout, pass.number,
                static_cast<std::uint32_t>(sample));
  const auto threshold = static_cast<std::uint32_t>(rate_ * 4294967296.0);
  for (std::size_t i = 0; i < size_; ++i) keep[i] = random.next() >= threshold ? 1 : 0;
}

void Dropout::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  if (pass.mode == Mode::predict) {
    if (y != x) std::copy_n(x, size_, y);
    return;
  }
  auto* keep = pass.saved_of<std::uint8_t>(task.index);
  draw_kept(keep, pass, task.index);
  kernels::elementwise().mask(y, x, keep, size_, static_cast<float>(1 / (1 - rate_)));
}

void Dropout::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::elementwise().mask(pass.d_inputs[0][task.index], pass.d_output[task.index],
                              pass.saved_of<std::uint8_t>(task.index), size_, static_cast<float>(1 / (1 - rate_)));
}

LayerType dropout_row() { return type_row<Layer, Dropout>(Dropout::described()); }

}  // namespace convoy::layers

convoy::Dropout::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Dropout::described(), *this); }
