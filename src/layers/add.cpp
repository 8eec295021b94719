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
  bool band_by_band() const override { return true; }
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Shape shape_;
};

const Described<convoy::Add>& Add::described() {
  static const Described<convoy::Add> all{"add", "The sum of its inputs, which have one shape."};
  return all;
}

Declaration Add::setup(std::span<const Shape> inputs) {
  shape_ = common_shape(inputs);
  return {.output = shape_};
}

void Add::forward_sample(const Pass& pass, const Task& task) const {
  const Band band(shape_, task);
  const auto input = [&](std::size_t i) { return pass.inputs[i][task.index] + band.first; };
  float* sum = pass.output[task.index] + band.first;
  kernels::elementwise().add(sum, input(0), input(1), band.count);
  for (std::size_t i = 2; i < pass.inputs.size(); ++i) kernels::elementwise().add(sum, sum, input(i), band.count);
}

void Add::backward_sample(const Pass& pass, const Task& task) const {
  for (const BatchView& d_input : pass.d_inputs) {
    if (d_input) std::copy_n(pass.d_output[task.index], shape_.size(), d_input[task.index]);
  }
}

LayerType add_row() { return type_row<Layer, Add>(Add::described()); }

}  // namespace convoy::layers

convoy::Add::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Add::described(), *this); }
