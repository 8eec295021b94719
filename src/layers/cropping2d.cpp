#include "layers/cropping2d.h"

#include "layers/check.h"

namespace convoy::layers {

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

}  // namespace convoy::layers

convoy::Cropping2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::Cropping2D::described(), *this);
}
