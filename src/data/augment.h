#pragma once

#include <cstdint>
#include <optional>

#include "convoy/augmentation.h"
#include "convoy/shape.h"
#include "core/random.h"
#include "data/affine.h"

namespace convoy {

/// Changes images as an Augmentation says. What happens to a sample in an epoch depends on seed, epoch and the sample's
/// place in the data's storage, and on nothing else.
class Augmenter {
 public:
  /// For samples of that shape. Throws Error{config} where they are no images, but something needs images.
  Augmenter(const Augmentation& augmentation, const Shape& sample, std::uint64_t seed);

  /// Writes what an epoch makes of a sample, still unscaled, to `to`. Allocates nothing.
  template <class T>
  void apply(const T* from, std::uint32_t epoch, std::uint32_t sample, float* to);

 private:
  Geometry draw_geometry(Random& random) const;
  void change_light(Random& random, float full, float* image) const;
  void erase(Random& random, float* image) const;

  Augmentation augmentation_;
  ImageSize size_;
  int channels_;
  std::uint64_t seed_;
  std::optional<Resampler> resampler_;  ///< where something is geometric
};

/// Whether an Augmenter would change anything.
bool changes_images(const Augmentation& augmentation);

/// Whether training sees other samples than those of the data set: changed images, mixed pairs, own augmentations.
bool changes_samples(const Augmentation& augmentation);

}  // namespace convoy
