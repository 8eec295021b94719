#include <algorithm>

#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The first of two inputs of one shape less the second.
class Subtract final : public SampleLayer {
 public:
  explicit Subtract(const convoy::Subtract&) {}
  static const Described<convoy::Subtract>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

const Described<convoy::Subtract>& Subtract::described() {
  static const Described<convoy::Subtract> all{"subtract", "The first of its two inputs less the second."};
  return all;
}

Declaration Subtract::setup(std::span<const Shape> inputs) {
  const Shape& shape = common_shape(inputs);
  if (inputs.size() > 2) {
    throw Error(ErrorKind::config, "expected two inputs, got " + std::to_string(inputs.size()));
  }
  size_ = shape.size();
  return {.output = shape};
}

void Subtract::forward_sample(const Pass& pass, const Task& task) const {
  kernels::elementwise().subtract(pass.output[task.index], pass.inputs[0][task.index], pass.inputs[1][task.index],
                                  size_);
}

void Subtract::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  if (pass.d_inputs[0]) std::copy_n(d_y, size_, pass.d_inputs[0][task.index]);
  if (pass.d_inputs[1]) kernels::elementwise().scale(pass.d_inputs[1][task.index], d_y, size_, -1);
}

LayerType subtract_row() { return type_row<Layer, Subtract>(Subtract::described()); }

}  // namespace convoy::layers

convoy::Subtract::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::Subtract::described(), *this);
}
