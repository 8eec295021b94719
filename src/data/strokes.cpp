#include "data/strokes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace convoy {
namespace {

constexpr double widest = 0.25;        // stroke / shorter side of the photo
constexpr double least_contrast = 40;  // of 255: soft shadows have less, pencil has more
constexpr double least_by_noise = 4;   // noise alone, split by a threshold, has means 1.6 deviations apart
constexpr std::size_t bins = 256;

float median(FloatMap values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The deviation of the noise, from the median distance of pixels from the mean of their surroundings: few belong to
/// strokes.
double noise_of(const FloatMap& values, const FloatMap& smooth) {
  FloatMap distances;
  for (std::size_t i = 0; i < values.size(); ++i) distances.push_back(std::abs(values[i] - smooth[i]));
  return 1.4826 * static_cast<double>(median(std::move(distances)));
}

double third_power(double x) { return x * x * x; }

/// Whether strokes are darker than the ground. They fill less than half of their surroundings, so they are further from
/// the mean than the ground is, and the sign of the third moment is theirs. At the edge of a shadow both sides are
/// equally far.
bool strokes_are_dark(const FloatMap& smooth, ImageSize size) {
  const FloatMap around = box_mean(smooth, size, std::max(2, std::min(size.height, size.width) / 5));
  double moment = 0;
  for (std::size_t i = 0; i < smooth.size(); ++i) moment += third_power(static_cast<double>(smooth[i] - around[i]));
  return moment < 0;
}

/// The contrast of each pixel with the ground: see Strokes::contrast.
FloatMap contrast_of(const FloatMap& values, FloatMap smooth, ImageSize size) {
  const int reach = std::max(2, static_cast<int>(widest * std::min(size.height, size.width) / 2));
  FloatMap contrast;
  if (strokes_are_dark(smooth, size)) {
    const FloatMap ground = closed(smooth, size, reach);  // ink absorbs the same share of the light in a shadow
    for (std::size_t i = 0; i < values.size(); ++i)
      contrast.push_back(255 * (ground[i] - values[i]) / std::max(ground[i], 16.0F));
  } else {
    for (float& value : smooth) value = -value;
    const FloatMap ground = closed(smooth, size, reach);
    for (std::size_t i = 0; i < values.size(); ++i) contrast.push_back(values[i] + ground[i]);
  }
  return contrast;
}

/// A division of a histogram in two.
struct Parting {
  std::size_t last_low = 0;  ///< the last bin of the lower part
  double distance = 0;       ///< between the parts' means, in bins
};

/// The division with the largest variance between the parts.
Parting otsu(const std::array<double, bins>& counts) {
  double all = 0, sum = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    all += counts[bin];
    sum += counts[bin] * static_cast<double>(bin);
  }
  Parting parting;
  double best = 0, low = 0, low_sum = 0;
  for (std::size_t bin = 0; bin + 1 < bins; ++bin) {
    low += counts[bin];
    low_sum += counts[bin] * static_cast<double>(bin);
    if (low == 0 || low == all) continue;
    const double distance = (sum - low_sum) / (all - low) - low_sum / low;
    const double between = low * (all - low) * distance * distance;
    if (between <= best) continue;
    best = between;
    parting = {bin, distance};
  }
  return parting;
}

/// 1 where the contrast is above the threshold of otsu(); all 0 where the parts differ too little to be more than
/// noise.
std::vector<std::uint8_t> mask_of(const FloatMap& contrast, double noise) {
  const float most = *std::ranges::max_element(contrast);
  std::vector<std::uint8_t> mask(contrast.size());
  if (static_cast<double>(most) < least_contrast) return mask;
  const auto bin_of = [&](float value) { return static_cast<std::size_t>(std::max(value / most, 0.0F) * (bins - 1)); };
  std::array<double, bins> counts{};
  for (const float value : contrast) ++counts[bin_of(value)];
  const Parting parting = otsu(counts);
  const double apart = parting.distance * static_cast<double>(most) / (bins - 1);
  if (apart < std::max(least_contrast, least_by_noise * noise)) return mask;
  for (std::size_t i = 0; i < contrast.size(); ++i) mask[i] = bin_of(contrast[i]) > parting.last_low ? 1 : 0;
  return mask;
}

}  // namespace

Strokes find_strokes(const Image& photo) {
  const ImageSize size{photo.height, photo.width};
  const FloatMap values(photo.pixels.begin(), photo.pixels.end());
  const FloatMap smooth = box_mean(values, size, 1);
  Strokes strokes{.contrast = contrast_of(values, smooth, size), .mask = {}};
  strokes.mask = mask_of(strokes.contrast, noise_of(values, smooth));
  return strokes;
}

}  // namespace convoy
