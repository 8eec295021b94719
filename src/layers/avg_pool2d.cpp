#include "layers/pool2d.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The mean of each window, by channel. For a window that sticks out of the image it is the mean of the pixels inside;
/// with count_padding the padding's zeros count as well.
class AvgPool2D final : public Pool2D {
 public:
  explicit AvgPool2D(const convoy::AvgPool2D& options) : Pool2D(options), count_padding_(options.count_padding) {}
  static const Described<convoy::AvgPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  bool count_padding_;
};

const Described<convoy::AvgPool2D>& AvgPool2D::described() {
  static const Described<convoy::AvgPool2D> all{
      "avg_pool2d", "The mean of each window, by channel.",
      pool_fields<convoy::AvgPool2D>().add("count_padding", &convoy::AvgPool2D::count_padding,
                                           "Whether the zeros of the padding count in the mean of a window at "
                                           "the edge: false as in Keras; true is PyTorch's default "
                                           "(count_include_pad).")};
  return all;
}

Declaration AvgPool2D::setup(std::span<const Shape> inputs) {
  Declaration declaration{.output = infer(inputs)};
  shape_.count_padding = count_padding_;
  const bool zeros = count_padding_ && shape_.pad_h + shape_.pad_bottom + shape_.pad_w + shape_.pad_right > 0;
  if (!zeros) declaration.folding = Folding::passes_affine;
  return declaration;
}

void AvgPool2D::forward_sample(const Pass& pass, const Task& task) const {
  kernels::pool().average_forward(pass.output[task.index], pass.inputs[0][task.index], shape_);
}

void AvgPool2D::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::pool().average_backward(pass.d_inputs[0][task.index], pass.d_output[task.index], shape_);
}

LayerType avg_pool2d_row() { return type_row<Layer, AvgPool2D>(AvgPool2D::described()); }

}  // namespace convoy::layers

convoy::AvgPool2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::AvgPool2D::described(), *this);
}
