#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The mean of two or more inputs of one shape.
class Average final : public SampleLayer {
 public:
  explicit Average(const convoy::Average&) {}
  static const Described<convoy::Average>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
  float share_ = 1;
};

const Described<convoy::Average>& Average::described() {
  static const Described<convoy::Average> all{"average", "The mean of its inputs, which have one shape."};
  return all;
}

Declaration Average::setup(std::span<const Shape> inputs) {
  const Shape& shape = common_shape(inputs);
  size_ = shape.size();
  share_ = 1 / static_cast<float>(inputs.size());
  return {.output = shape};
}

void Average::forward_sample(const Pass& pass, const Task& task) const {
  float* y = pass.output[task.index];
  kernels::elementwise().add(y, pass.inputs[0][task.index], pass.inputs[1][task.index], size_);
  for (std::size_t i = 2; i < pass.inputs.size(); ++i) {
    kernels::elementwise().add(y, y, pass.inputs[i][task.index], size_);
  }
  kernels::elementwise().scale(y, y, size_, share_);
}

void Average::backward_sample(const Pass& pass, const Task& task) const {
  for (const BatchView& d_input : pass.d_inputs) {
    if (d_input) kernels::elementwise().scale(d_input[task.index], pass.d_output[task.index], size_, share_);
  }
}

LayerType average_row() { return type_row<Layer, Average>(Average::described()); }

}  // namespace convoy::layers

convoy::Average::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Average::described(), *this); }
