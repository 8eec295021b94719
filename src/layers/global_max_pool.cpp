#include <algorithm>
#include <cmath>
#include <cstdint>

#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// (H, W, C) -> (C), the largest over height and width. In training saves which pixel it is, for backward.
class GlobalMaxPool final : public SampleLayer {
 public:
  explicit GlobalMaxPool(const convoy::GlobalMaxPool&) {}
  static const Described<convoy::GlobalMaxPool>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t pixels_ = 0;
  std::size_t channels_ = 0;
};

const Described<convoy::GlobalMaxPool>& GlobalMaxPool::described() {
  static const Described<convoy::GlobalMaxPool> all{"global_max_pool",
                                                    "The largest value over height and width, by channel."};
  return all;
}

Declaration GlobalMaxPool::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  channels_ = static_cast<std::size_t>(input[2]);
  pixels_ = input.size() / channels_;
  return {.output = {input[2]}, .saved_bytes = channels_ * sizeof(std::uint32_t)};
}

/// Takes the first of equal values, and NaN before all numbers, as max_pool2d does.
void GlobalMaxPool::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  auto* place = pass.mode == Mode::train ? pass.saved_of<std::uint32_t>(task.index) : nullptr;
  std::copy_n(x, channels_, y);
  if (place != nullptr) std::fill_n(place, channels_, 0U);
  for (std::size_t pixel = 1; pixel < pixels_; ++pixel) {
    x += channels_;
    for (std::size_t c = 0; c < channels_; ++c) {
      const bool larger = x[c] > y[c] || std::isnan(x[c]);
      y[c] = larger ? x[c] : y[c];
      if (larger && place != nullptr) place[c] = static_cast<std::uint32_t>(pixel);
    }
  }
}

void GlobalMaxPool::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  float* d_x = pass.d_inputs[0][task.index];
  const auto* place = pass.saved_of<std::uint32_t>(task.index);
  std::fill_n(d_x, pixels_ * channels_, 0.0F);
  for (std::size_t c = 0; c < channels_; ++c) d_x[place[c] * channels_ + c] = pass.d_output[task.index][c];
}

LayerType global_max_pool_row() { return type_row<Layer, GlobalMaxPool>(GlobalMaxPool::described()); }

}  // namespace convoy::layers

convoy::GlobalMaxPool::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::GlobalMaxPool::described(), *this);
}
