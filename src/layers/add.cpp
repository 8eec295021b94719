#include <algorithm>

#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The sum of two or more inputs of one shape.
class Add final : public SampleLayer {
 public:
  explicit Add(const convoy::Add&) {}
  static const Described<convoy::Add>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t size_ = 0;
};

const Described<convoy::Add>& Add::described() {
  static const Described<convoy::Add> all{"add", "The sum of its inputs, which have one shape."};
  return all;
}

Declaration Add::setup(std::span<const Shape> inputs) {
  const Shape& shape = common_shape(inputs);
  size_ = shape.size();
  return {.output = shape};
}

void Add::forward_sample(const Pass& pass, const Task& task) const {
  float* sum = pass.output[task.index];
  kernels::elementwise().add(sum, pass.inputs[0][task.index], pass.inputs[1][task.index], size_);
  for (std::size_t i = 2; i < pass.inputs.size(); ++i) {
    kernels::elementwise().add(sum, sum, pass.inputs[i][task.index], size_);
  }
}

void Add::backward_sample(const Pass& pass, const Task& task) const {
  for (const BatchView& d_input : pass.d_inputs) {
    if (d_input) std::copy_n(pass.d_output[task.index], size_, d_input[task.index]);
  }
}

LayerType add_row() { return type_row<Layer, Add>(Add::described()); }

}  // namespace convoy::layers

convoy::Add::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Add::described(), *this); }
