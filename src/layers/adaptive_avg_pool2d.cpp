#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The means of size x size windows, (H, W, C) -> (size, size, C): window i of n covers the pixels from floor(i H / n)
/// to ceil((i + 1) H / n).
class AdaptiveAvgPool2D final : public SampleLayer {
 public:
  explicit AdaptiveAvgPool2D(const convoy::AdaptiveAvgPool2D& options) : options_(options) {}
  static const Described<convoy::AdaptiveAvgPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  /// Calls visit(output, input, share) for every pixel of every window: two offsets, and 1 / the window's pixels.
  template <class Visit>
  void each_pixel(const Visit& visit) const;

  convoy::AdaptiveAvgPool2D options_;
  Shape input_;
};

const Described<convoy::AdaptiveAvgPool2D>& AdaptiveAvgPool2D::described() {
  static const Described<convoy::AdaptiveAvgPool2D> all{
      "adaptive_avg_pool2d", "The means of so many windows, which cover the image whatever its size.",
      Fields<convoy::AdaptiveAvgPool2D>().add("size", &convoy::AdaptiveAvgPool2D::size,
                                              "Height and width of the output.", {.min = 1, .max = 4096})};
  return all;
}

Declaration AdaptiveAvgPool2D::setup(std::span<const Shape> inputs) {
  input_ = image_input(inputs);
  return {.output = larger_image(options_.size.height, options_.size.width, input_[2]),
          .folding = Folding::passes_affine};
}

template <class Visit>
void AdaptiveAvgPool2D::each_pixel(const Visit& visit) const {
  const auto [height, width] = options_.size;
  const auto first = [](std::int64_t i, int in, int out) { return static_cast<int>(i * in / out); };
  const auto end = [](std::int64_t i, int in, int out) { return static_cast<int>(((i + 1) * in + out - 1) / out); };
  for (int oy = 0; oy < height; ++oy) {
    for (int ox = 0; ox < width; ++ox) {
      const int top = first(oy, input_[0], height), bottom = end(oy, input_[0], height);
      const int left = first(ox, input_[1], width), right = end(ox, input_[1], width);
      const float share = 1 / static_cast<float>((bottom - top) * (right - left));
      for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) {
          visit(std::ptrdiff_t{oy * width + ox} * input_[2], std::ptrdiff_t{y * input_[1] + x} * input_[2], share);
        }
      }
    }
  }
}

void AdaptiveAvgPool2D::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  const auto channels = static_cast<std::size_t>(input_[2]);
  std::fill_n(y, std::ptrdiff_t{options_.size.height} * options_.size.width * input_[2], 0.0F);
  each_pixel([&](std::ptrdiff_t output, std::ptrdiff_t input, float share) {
    kernels::elementwise().add_scaled(y + output, x + input, channels, share);
  });
}

void AdaptiveAvgPool2D::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  const auto channels = static_cast<std::size_t>(input_[2]);
  std::fill_n(d_x, input_.size(), 0.0F);
  each_pixel([&](std::ptrdiff_t output, std::ptrdiff_t input, float share) {
    kernels::elementwise().add_scaled(d_x + input, d_y + output, channels, share);
  });
}

LayerType adaptive_avg_pool2d_row() { return type_row<Layer, AdaptiveAvgPool2D>(AdaptiveAvgPool2D::described()); }

}  // namespace convoy::layers

convoy::AdaptiveAvgPool2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::AdaptiveAvgPool2D::described(), *this);
}
