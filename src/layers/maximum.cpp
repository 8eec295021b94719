#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The largest of two or more inputs of one shape, number by number; the gradient goes to the first input that has it.
class Maximum final : public SampleLayer {
 public:
  explicit Maximum(const convoy::Maximum&) {}
  static const Described<convoy::Maximum>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

const Described<convoy::Maximum>& Maximum::described() {
  static const Described<convoy::Maximum> all{
      "maximum",
      "The largest of its inputs, which have one shape, number by number; the gradient goes to the first that is it."};
  return all;
}

Declaration Maximum::setup(std::span<const Shape> inputs) {
  const Shape& shape = common_shape(inputs);
  size_ = shape.size();
  return {.output = shape, .reads_output = true};
}

void Maximum::forward_sample(const Pass& pass, const Task& task) const {
  float* y = pass.output[task.index];
  kernels::elementwise().maximum(y, pass.inputs[0][task.index], pass.inputs[1][task.index], size_);
  for (std::size_t i = 2; i < pass.inputs.size(); ++i) {
    kernels::elementwise().maximum(y, y, pass.inputs[i][task.index], size_);
  }
}

void Maximum::backward_sample(const Pass& pass, const Task& task) const {
  const float* y = pass.output[task.index];
  const float* d_y = pass.d_output[task.index];
  const auto is_taken = [&](std::size_t at, std::size_t before) {
    for (std::size_t i = 0; i < before; ++i) {
      if (pass.inputs[i][task.index][at] == y[at]) return true;
    }
    return false;
  };
  for (std::size_t i = 0; i < pass.inputs.size(); ++i) {
    if (!pass.d_inputs[i]) continue;
    const float* x = pass.inputs[i][task.index];
    float* d_x = pass.d_inputs[i][task.index];
    for (std::size_t at = 0; at < size_; ++at) d_x[at] = x[at] == y[at] && !is_taken(at, i) ? d_y[at] : 0;
  }
}

LayerType maximum_row() { return type_row<Layer, Maximum>(Maximum::described()); }

}  // namespace convoy::layers

convoy::Maximum::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Maximum::described(), *this); }
