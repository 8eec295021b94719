#include "data/thumbnail.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "data/png.h"

namespace convoy {
namespace {

constexpr int largest_side = 96;

/// 0..1 as 0 to 255; NaN is 0.
std::uint8_t grey_of(double share) {
  return share > 0 ? static_cast<std::uint8_t>(std::lround(255 * std::min(share, 1.0))) : std::uint8_t{0};
}

/// The bytes of sample i; floats are stretched from their least to their largest value.
std::vector<std::uint8_t> pixels_of(const Dataset& data, int i) {
  const Dataset::Storage& storage = data.storage();
  const std::size_t size = data.shape().size();
  const std::size_t first = static_cast<std::size_t>(data.index(i)) * size;
  if (!storage.bytes.empty()) return {storage.bytes.data() + first, storage.bytes.data() + first + size};
  const std::span<const float> values(storage.floats.data() + first, size);
  const auto [low, high] = std::ranges::minmax(values);
  std::vector<std::uint8_t> pixels;
  for (const float value : values) pixels.push_back(grey_of((value - low) / (high - low)));
  return pixels;
}

}  // namespace

std::string thumbnail(const Dataset& data, int i) {
  const Shape& shape = data.shape();
  if (shape.rank() != 3 || (shape.last() != 1 && shape.last() != 3)) return "";
  std::vector<std::uint8_t> pixels = pixels_of(data, i);
  ImageSize size{shape[0], shape[1]};
  const double shrink = std::max(size.height, size.width) / static_cast<double>(largest_side);
  if (shrink > 1) {
    const ImageSize small{std::max(1, static_cast<int>(size.height / shrink)),
                          std::max(1, static_cast<int>(size.width / shrink))};
    pixels = resize_image(pixels, size, small, shape.last());
    size = small;
  }
  return png(pixels, size, shape.last());
}

}  // namespace convoy
