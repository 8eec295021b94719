#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <type_traits>

#include "convoy/error.h"
#include "data/augmentation.h"

namespace convoy {
namespace {

/// Bounds of Zhong et al. 2020, "Random erasing data augmentation": shares of the image's area, and height / width.
constexpr double least_area = 0.02;
constexpr double most_area = 0.4;
constexpr double least_ratio = 0.3;
constexpr int attempts = 20;

/// A random number from low to high.
double between(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random.uniform());
}

/// A random number from -limit to limit.
double either_way(Random& random, double limit) { return between(random, -limit, limit); }

/// Throws Error{config} for samples that are no images, where a key that needs images is on.
void require_images(const Augmentation& augmentation, const Shape& sample) {
  if (sample.rank() == 3) return;
  const Settings settings = augmentation;
  for (const auto& entry : settings.entries()) {
    const bool off = entry.value == Value{0.0} || entry.value == Value{false} || entry.value == Value{std::int64_t{0}};
    if (off || entry.name == "fill" || entry.name == "mixup" || entry.name == "own") continue;
    throw Error(ErrorKind::config, "[augmentation]: \"" + entry.name +
                                       "\" needs images, height x width x channels; the samples are " + sample.text());
  }
}

}  // namespace

Augmenter::Augmenter(const Augmentation& augmentation, const Shape& sample, std::uint64_t seed)
    : augmentation_(augmentation), size_{}, channels_(0), seed_(seed) {
  require_images(augmentation, sample);
  size_ = {sample[0], sample[1]};
  channels_ = sample[2];
  if (is_geometric(augmentation)) resampler_.emplace(size_, channels_, augmentation.fill);
}

template <class T>
void Augmenter::apply(const T* from, std::uint32_t epoch, std::uint32_t sample, float* to) {
  Random random(seed_, Purpose::augmentation, epoch, sample);
  Random more(seed_, Purpose::light, epoch, sample);  // separate, so that older changes still draw the same numbers
  Geometry geometry = draw_geometry(random);
  geometry.upside_down = more.uniform() < 0.5F && augmentation_.vertical_flip;
  if (resampler_) {
    resampler_->load(from);
    resampler_->draw(inverse_map(geometry, size_), to);
  } else {
    std::copy_n(from, static_cast<std::ptrdiff_t>(size_.height) * size_.width * channels_, to);
  }
  change_light(more, std::is_same_v<T, float> ? 1.0F : 255.0F, to);
  if (static_cast<double>(random.uniform()) < augmentation_.erase) erase(random, to);
}
template void Augmenter::apply(const std::uint8_t*, std::uint32_t, std::uint32_t, float*);
template void Augmenter::apply(const float*, std::uint32_t, std::uint32_t, float*);

/// Draws the geometric changes of an image, except upside_down. Draws numbers also for changes that are off, so that
/// switching one on leaves the others as they were.
Geometry Augmenter::draw_geometry(Random& random) const {
  Geometry geometry;
  geometry.mirror = random.uniform() < 0.5F && augmentation_.horizontal_flip;
  geometry.zoom = 1 + either_way(random, augmentation_.zoom);
  geometry.shear = either_way(random, augmentation_.shear);
  geometry.rotate = either_way(random, augmentation_.rotate);
  geometry.down = either_way(random, augmentation_.shift) * size_.height;
  geometry.right = either_way(random, augmentation_.shift) * size_.width;
  const int padding = augmentation_.crop_padding;
  const auto places = static_cast<std::uint32_t>(2 * padding + 1);
  geometry.down += static_cast<int>(random.below(places)) - padding;
  geometry.right += static_cast<int>(random.below(places)) - padding;
  return geometry;
}

/// Changes brightness and contrast of the image. `full` is 255 for images of bytes, whose values stay from 0 to 255,
/// and 1 for floats.
void Augmenter::change_light(Random& random, float full, float* image) const {
  const auto brighter = static_cast<float>(either_way(random, augmentation_.brightness)) * full;
  const auto stretch = static_cast<float>(1 + either_way(random, augmentation_.contrast));
  if (augmentation_.brightness == 0 && augmentation_.contrast == 0) return;
  const std::ptrdiff_t count = static_cast<std::ptrdiff_t>(size_.height) * size_.width * channels_;
  const auto mean = static_cast<float>(std::accumulate(image, image + count, 0.0) / static_cast<double>(count));
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    image[i] = (image[i] - mean) * stretch + mean + brighter;
    if (full > 1) image[i] = std::clamp(image[i], 0.0F, full);
  }
}

/// Sets a random rectangle of the image to 0, or nothing where none of 20 attempts fits.
void Augmenter::erase(Random& random, float* image) const {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const double area = between(random, least_area, most_area) * size_.height * size_.width;
    const double ratio = between(random, least_ratio, 1 / least_ratio);
    const int height = static_cast<int>(std::lround(std::sqrt(area * ratio)));
    const int width = static_cast<int>(std::lround(std::sqrt(area / ratio)));
    if (height > size_.height || width > size_.width) continue;
    const auto top = static_cast<int>(random.below(static_cast<std::uint32_t>(size_.height - height + 1)));
    const auto left = static_cast<int>(random.below(static_cast<std::uint32_t>(size_.width - width + 1)));
    for (int y = top; y < top + height; ++y) {
      float* row = image + (static_cast<std::ptrdiff_t>(y) * size_.width + left) * channels_;
      std::fill_n(row, width * channels_, 0.0F);
    }
    return;
  }
}

bool changes_images(const Augmentation& augmentation) {
  return is_geometric(augmentation) || augmentation.brightness > 0 || augmentation.contrast > 0 ||
         augmentation.erase > 0;
}

bool changes_samples(const Augmentation& augmentation) {
  return changes_images(augmentation) || mixes_pairs(augmentation) || !augmentation.own.empty();
}

}  // namespace convoy
