#include "layers/flatten.h"

#include <algorithm>

#include "layers/check.h"

namespace convoy::layers {
namespace {

/// A session gives input and output one buffer where it can.
void copy(float* to, const float* from, std::size_t size) {
  if (to != from) std::copy_n(from, size, to);
}

}  // namespace

const Described<convoy::Flatten>& Flatten::described() {
  static const Described<convoy::Flatten> all{"flatten", "Makes one feature vector of an image."};
  return all;
}

Declaration Flatten::setup(std::span<const Shape> inputs) {
  size_ = only_input(inputs).size();
  return {.output = {static_cast<int>(size_)}, .view = true, .folding = Folding::passes_affine};
}

void Flatten::forward_sample(const Pass& pass, const Task& task) const {
  copy(pass.output[task.index], pass.inputs[0][task.index], size_);
}

void Flatten::backward_sample(const Pass& pass, const Task& task) const {
  if (pass.d_inputs[0]) copy(pass.d_inputs[0][task.index], pass.d_output[task.index], size_);
}

}  // namespace convoy::layers

convoy::Flatten::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Flatten::described(), *this); }
