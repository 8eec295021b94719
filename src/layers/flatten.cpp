#include <algorithm>

#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// (H, W, C) -> (H * W * C): the same numbers under another shape.
class Flatten final : public SampleLayer {
 public:
  explicit Flatten(const convoy::Flatten&) {}
  static const Described<convoy::Flatten>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};
namespace {

/// Copies unless both are one buffer, as a session gives input and output where it can.
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

LayerType flatten_row() { return type_row<Layer, Flatten>(Flatten::described()); }

}  // namespace convoy::layers

convoy::Flatten::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Flatten::described(), *this); }
