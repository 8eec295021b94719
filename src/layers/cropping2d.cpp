#include "layers/border.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// An image without its edges: (top + H + bottom, left + W + right, C) -> (H, W, C).
class Cropping2D final : public SampleLayer {
 public:
  explicit Cropping2D(const convoy::Cropping2D& options) : border_{{}, options.cropping} {}
  static const Described<convoy::Cropping2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Border border_;
};

const Described<convoy::Cropping2D>& Cropping2D::described() {
  static const Described<convoy::Cropping2D> all{
      "cropping2d", "Cuts off the edges of an image.",
      Fields<convoy::Cropping2D>().add(
          "cropping", &convoy::Cropping2D::cropping,
          "Pixels at all sides, or as height and width, or as top, bottom, left and right.",
          {.min = 0, .max = 1 << 20})};
  return all;
}

Declaration Cropping2D::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  const Sides& sides = border_.sides;
  const int height = input[0] - sides.top - sides.bottom;
  const int width = input[1] - sides.left - sides.right;
  if (height < 1 || width < 1) throw Error(ErrorKind::config, "\"cropping\" leaves nothing of input " + input.text());
  border_.inner = {height, width, input[2]};
  return {.output = border_.inner, .folding = Folding::passes_affine};
}

void Cropping2D::forward_sample(const Pass& pass, const Task& task) const {
  border_.cut(pass.output[task.index], pass.inputs[0][task.index]);
}

void Cropping2D::backward_sample(const Pass& pass, const Task& task) const {
  if (pass.d_inputs[0]) border_.put(pass.d_inputs[0][task.index], pass.d_output[task.index]);
}

LayerType cropping2d_row() { return type_row<Layer, Cropping2D>(Cropping2D::described()); }

}  // namespace convoy::layers

convoy::Cropping2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::Cropping2D::described(), *this);
}
