#include <algorithm>
#include <vector>

#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// A larger image, (H, W, C) -> (H * size, W * size, C): each pixel repeated, or linear interpolation between the
/// centres of neighbouring pixels.
class UpSampling2D final : public SampleLayer {
 public:
  explicit UpSampling2D(const convoy::UpSampling2D& options) : options_(options) {}
  static const Described<convoy::UpSampling2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  /// The two places of an input axis that an output is a mixture of, and the second's share in it.
  struct Between {
    int first, second;
    float share;
  };
  /// The places of all in * factor outputs along an axis.
  std::vector<Between> axis(int in, int factor) const;
  /// Calls visit(output offset, input offset, share) for each output pixel and each input pixel that has a share in it.
  template <class Visit>
  void each_part(const Visit& visit) const;

  convoy::UpSampling2D options_;
  std::size_t channels_ = 0;
  int width_ = 0;  ///< of the input
  std::vector<Between> rows_ = {};
  std::vector<Between> columns_ = {};
};

const Described<convoy::UpSampling2D>& UpSampling2D::described() {
  static const Described<convoy::UpSampling2D> all{
      "up_sampling2d", "Makes an image larger.",
      Fields<convoy::UpSampling2D>()
          .add("size", &convoy::UpSampling2D::size, "How many times higher and wider.", {.min = 1, .max = 256})
          .add("interpolation", &convoy::UpSampling2D::interpolation,
               "\"nearest\" repeats each pixel; \"bilinear\" goes in a straight line from the centre of one to the "
               "next, "
               "as Keras, and as PyTorch with align_corners=False.",
               {.choices = {"nearest", "bilinear"}})};
  return all;
}

std::vector<UpSampling2D::Between> UpSampling2D::axis(int in, int factor) const {
  std::vector<Between> places;
  for (int out = 0; out < in * factor; ++out) {
    if (options_.interpolation == "nearest") {
      places.push_back({out / factor, out / factor, 0});
      continue;
    }
    const double centre = std::clamp((out + 0.5) / factor - 0.5, 0.0, in - 1.0);
    const int first = static_cast<int>(centre);
    places.push_back({first, std::min(first + 1, in - 1), static_cast<float>(centre - first)});
  }
  return places;
}

Declaration UpSampling2D::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  const Shape output = larger_image(std::int64_t{input[0]} * options_.size.height,
                                    std::int64_t{input[1]} * options_.size.width, input[2]);
  channels_ = static_cast<std::size_t>(input[2]);
  width_ = input[1];
  rows_ = axis(input[0], options_.size.height);
  columns_ = axis(input[1], options_.size.width);
  return {.output = output, .folding = Folding::passes_affine};
}

template <class Visit>
void UpSampling2D::each_part(const Visit& visit) const {
  std::size_t output = 0;
  const auto input = [&](int y, int x) { return static_cast<std::size_t>(y * width_ + x) * channels_; };
  for (const Between& row : rows_) {
    for (const Between& column : columns_) {
      visit(output, input(row.first, column.first), (1 - row.share) * (1 - column.share));
      if (column.share > 0) visit(output, input(row.first, column.second), (1 - row.share) * column.share);
      if (row.share > 0) visit(output, input(row.second, column.first), row.share * (1 - column.share));
      if (row.share * column.share > 0) visit(output, input(row.second, column.second), row.share * column.share);
      output += channels_;
    }
  }
}

void UpSampling2D::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  std::fill_n(y, rows_.size() * columns_.size() * channels_, 0.0F);
  each_part([&](std::size_t output, std::size_t input, float share) {
    kernels::elementwise().add_scaled(y + output, x + input, channels_, share);
  });
}

void UpSampling2D::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  const std::size_t rows = rows_.size() / static_cast<std::size_t>(options_.size.height);
  std::fill_n(d_x, rows * static_cast<std::size_t>(width_) * channels_, 0.0F);
  each_part([&](std::size_t output, std::size_t input, float share) {
    kernels::elementwise().add_scaled(d_x + input, d_y + output, channels_, share);
  });
}

LayerType up_sampling2d_row() { return type_row<Layer, UpSampling2D>(UpSampling2D::described()); }

}  // namespace convoy::layers

convoy::UpSampling2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::UpSampling2D::described(), *this);
}
