#pragma once

#include "layers/group_norm.h"

namespace convoy::layers {

/// Instance normalisation (Ulyanov et al. 2016): each sample's channels, each by itself: as many groups as channels.
class InstanceNorm final : public GroupNorm {
 public:
  explicit InstanceNorm(const convoy::InstanceNorm& options);
  static const Described<convoy::InstanceNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;
};

}  // namespace convoy::layers
