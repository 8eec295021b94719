#include "layers/check.h"
#include "layers/pool2d.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The largest of each window, by channel. Saves its place in the window, a byte, for backward.
class MaxPool2D final : public Pool2D {
 public:
  explicit MaxPool2D(const convoy::MaxPool2D& options) : Pool2D(options) {}
  static const Described<convoy::MaxPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};

const Described<convoy::MaxPool2D>& MaxPool2D::described() {
  static const Described<convoy::MaxPool2D> all{"max_pool2d", "The largest value of each window, by channel.",
                                                pool_fields<convoy::MaxPool2D>()};
  return all;
}

Declaration MaxPool2D::setup(std::span<const Shape> inputs) {
  const Shape output = infer(inputs);
  if (shape_.pool_h * shape_.pool_w > 256) {
    throw Error(ErrorKind::config, "a window of " + std::to_string(shape_.pool_h * shape_.pool_w) +
                                       " pixels is too large; the most is 256");
  }
  return {.output = output, .saved_bytes = output.size()};
}

void MaxPool2D::forward_sample(const Pass& pass, const Task& task) const {
  kernels::pool().max_forward(pass.output[task.index], pass.saved_of<std::uint8_t>(task.index),
                              pass.inputs[0][task.index], shape_);
}

void MaxPool2D::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::pool().max_backward(pass.d_inputs[0][task.index], pass.d_output[task.index],
                               pass.saved_of<std::uint8_t>(task.index), shape_);
}

LayerType max_pool2d_row() { return type_row<Layer, MaxPool2D>(MaxPool2D::described()); }

}  // namespace convoy::layers

convoy::MaxPool2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::MaxPool2D::described(), *this);
}
