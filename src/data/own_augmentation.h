#pragma once

#include <cstdint>
#include <vector>

#include "convoy/extend.h"
#include "convoy/settings.h"

namespace convoy {

/// The augmentations of [augmentation] own, which the program registered.
class OwnAugmentations {
 public:
  /// For samples of that shape. Throws Error{config} for a name that is not registered.
  OwnAugmentations(const Texts& names, const Shape& sample, std::uint64_t seed);

  bool empty() const { return functions_.empty(); }
  /// Changes a sample in place, in the order of the names. The random numbers of each depend on seed, epoch and sample.
  void apply(std::uint32_t epoch, std::uint32_t sample, float* values) const;

 private:
  std::vector<OwnAugmentation> functions_;
  Shape shape_;
  std::uint64_t seed_;
};

}  // namespace convoy
