#include "layers/border.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// Zeros around an image: (H, W, C) -> (top + H + bottom, left + W + right, C).
class ZeroPadding2D final : public SampleLayer {
 public:
  explicit ZeroPadding2D(const convoy::ZeroPadding2D& options) : border_{{}, options.padding} {}
  static const Described<convoy::ZeroPadding2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Border border_;
};

const Described<convoy::ZeroPadding2D>& ZeroPadding2D::described() {
  static const Described<convoy::ZeroPadding2D> all{
      "zero_padding2d", "Adds zeros around an image.",
      Fields<convoy::ZeroPadding2D>().add("padding", &convoy::ZeroPadding2D::padding,
                                          "Pixels at all sides, or as height and width, or as top, bottom, left and "
                                          "right (PyTorch's F.pad says left, right, top, bottom).",
                                          {.min = 0, .max = 4096})};
  return all;
}

Declaration ZeroPadding2D::setup(std::span<const Shape> inputs) {
  border_.inner = image_input(inputs);
  return {.output = border_.outer()};
}

void ZeroPadding2D::forward_sample(const Pass& pass, const Task& task) const {
  border_.put(pass.output[task.index], pass.inputs[0][task.index]);
}

void ZeroPadding2D::backward_sample(const Pass& pass, const Task& task) const {
  if (pass.d_inputs[0]) border_.cut(pass.d_inputs[0][task.index], pass.d_output[task.index]);
}

LayerType zero_padding2d_row() { return type_row<Layer, ZeroPadding2D>(ZeroPadding2D::described()); }

}  // namespace convoy::layers

convoy::ZeroPadding2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::ZeroPadding2D::described(), *this);
}
