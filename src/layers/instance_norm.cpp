#include "layers/check.h"
#include "layers/group_norm.h"
#include "layers/registry.h"

namespace convoy::layers {

/// Instance normalisation (Ulyanov et al. 2016) of each channel of each sample: group norm with a group for each
/// channel.
class InstanceNorm final : public GroupNorm {
 public:
  explicit InstanceNorm(const convoy::InstanceNorm& options);
  static const Described<convoy::InstanceNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;
};

InstanceNorm::InstanceNorm(const convoy::InstanceNorm& options)
    : GroupNorm({.epsilon = options.epsilon, .center = options.center, .scale = options.scale}) {}

const Described<convoy::InstanceNorm>& InstanceNorm::described() {
  static const Described<convoy::InstanceNorm> all{
      "instance_norm",
      "Instance normalisation: each sample over height and width, by channel. Keras calls it GroupNormalization(-1); "
      "PyTorch's InstanceNorm2d has center and scale false and an epsilon of 1e-5.",
      sample_norm_fields<convoy::InstanceNorm>()};
  return all;
}

Declaration InstanceNorm::setup(std::span<const Shape> inputs) {
  groups_ = image_input(inputs)[2];
  return GroupNorm::setup(inputs);
}

LayerType instance_norm_row() { return type_row<Layer, InstanceNorm>(InstanceNorm::described()); }

}  // namespace convoy::layers

convoy::InstanceNorm::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::InstanceNorm::described(), *this);
}
