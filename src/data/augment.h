#pragma once

#include <cstdint>
#include <optional>

#include "convoy/augmentation.h"
#include "convoy/shape.h"
#include "core/random.h"
#include "data/affine.h"

namespace convoy {

/// Changes images as an Augmentation says, except mixup and cutmix. The change of a sample in an epoch depends only on
/// seed, epoch and the sample's index in the storage of the data.
class Augmenter {
 public:
  /// `sample` is the shape of a sample. Throws Error{config} where that is no image but a change needs images.
  Augmenter(const Augmentation& augmentation, const Shape& sample, std::uint64_t seed);

  /// Writes the changed sample, unscaled, to `to`. `epoch` and `sample` determine the random numbers. Allocates
  /// nothing.
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
  std::optional<Resampler> resampler_;  ///< if some change is geometric
};

/// Whether an Augmenter would change anything; mixup and cutmix do not count.
bool changes_images(const Augmentation& augmentation);

/// Whether training sees other samples than those of the data set: changed images, mixed pairs, own augmentations.
bool changes_samples(const Augmentation& augmentation);

}  // namespace convoy
