#include <algorithm>

#include "core/random.h"
#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// In training sets a share `rate` of the channels to 0 and scales the others by 1 / (1 - rate) (Tompson et al. 2015);
/// otherwise passes them on. Which channels depends on seed, step, sample and layer only.
class SpatialDropout final : public SampleLayer {
 public:
  explicit SpatialDropout(const convoy::SpatialDropout& options) : rate_(options.rate) {}
  static const Described<convoy::SpatialDropout>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  float kept_scale() const { return static_cast<float>(1 / (1 - rate_)); }

  double rate_;
  std::size_t pixels_ = 0;
  std::size_t channels_ = 0;
};

const Described<convoy::SpatialDropout>& SpatialDropout::described() {
  static const Described<convoy::SpatialDropout> all{
      "spatial_dropout",
      "In training sets a share of the channels to 0 and scales the others up (Keras's SpatialDropout2D, PyTorch's "
      "Dropout2d).",
      Fields<convoy::SpatialDropout>().add("rate", &convoy::SpatialDropout::rate, "The share that is set to 0.",
                                           {.min = 0, .max = 0.999})};
  return all;
}

Declaration SpatialDropout::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  channels_ = static_cast<std::size_t>(input[2]);
  pixels_ = input.size() / channels_;
  return {.output = input, .saved_bytes = channels_, .in_place = true, .folding = Folding::passes_affine};
}

void SpatialDropout::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  if (pass.mode == Mode::predict) {
    if (y != x) std::copy_n(x, pixels_ * channels_, y);
    return;
  }
  auto* keep = pass.saved_of<std::uint8_t>(task.index);
  Random random(pass.seed ^ (std::uint64_t{pass.salt} << 40U), Purpose::dropout, pass.number,
                static_cast<std::uint32_t>(task.index));
  const auto threshold = static_cast<std::uint32_t>(rate_ * 4294967296.0);
  for (std::size_t c = 0; c < channels_; ++c) keep[c] = random.next() >= threshold ? 1 : 0;
  for (std::size_t at = 0; at < pixels_ * channels_; at += channels_) {
    kernels::elementwise().mask(y + at, x + at, keep, channels_, kept_scale());
  }
}

void SpatialDropout::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const auto* keep = pass.saved_of<std::uint8_t>(task.index);
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  for (std::size_t at = 0; at < pixels_ * channels_; at += channels_) {
    kernels::elementwise().mask(d_x + at, d_y + at, keep, channels_, kept_scale());
  }
}

LayerType spatial_dropout_row() { return type_row<Layer, SpatialDropout>(SpatialDropout::described()); }

}  // namespace convoy::layers

convoy::SpatialDropout::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::SpatialDropout::described(), *this);
}
