#include "train/pictures.h"

#include <algorithm>
#include <cmath>

#include "data/png.h"

namespace convoy {
namespace {

constexpr int largest_side = 96;  ///< of a thumbnail
constexpr int most_filters = 128;

std::uint8_t byte_of(double share) {  // NaN is black
  return share > 0 ? static_cast<std::uint8_t>(std::lround(255 * std::min(share, 1.0))) : std::uint8_t{0};
}

std::vector<std::uint8_t> pixels_of(const Dataset& data, int i) {
  const Dataset::Storage& storage = data.storage();
  const std::size_t size = data.shape().size();
  const std::size_t first = static_cast<std::size_t>(data.index(i)) * size;
  if (!storage.bytes.empty()) return {storage.bytes.data() + first, storage.bytes.data() + first + size};
  const std::span<const float> values(storage.floats.data() + first, size);
  const auto [low, high] = std::ranges::minmax(values);
  std::vector<std::uint8_t> pixels;
  for (const float value : values) pixels.push_back(byte_of((value - low) / (high - low)));
  return pixels;
}

/// One filter of a kernel of height x width x channels x filters.
std::string filter_png(std::span<const float> kernel, const Shape& shape, int filter, float largest) {
  std::vector<std::uint8_t> pixels;
  for (auto at = static_cast<std::size_t>(filter); at < kernel.size(); at += static_cast<std::size_t>(shape[3])) {
    pixels.push_back(byte_of(0.5 + 0.5 * static_cast<double>(kernel[at] / largest)));
  }
  return png(pixels, {shape[0], shape[1]}, shape[2]);
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

FilterPictures filter_pictures(const Network& network, Weights& weights) {
  const auto conv = std::ranges::find(network.nodes(), "conv2d", &Node::type);
  if (conv == network.nodes().end()) return {};
  const std::string name = conv->parameters.front().name;
  const auto tensors = weights.tensors(network);
  const auto kernel = std::ranges::find_if(tensors, [&](const auto& tensor) { return tensor.name == name; });
  const Shape& shape = kernel->shape;
  if (shape[0] * shape[1] == 1 || (shape[2] != 1 && shape[2] != 3)) return {};
  float largest = 0;
  for (const float weight : kernel->values) largest = std::max(largest, std::abs(weight));
  FilterPictures pictures{conv->name, {}};
  for (int filter = 0; filter < std::min(shape[3], most_filters); ++filter) {
    pictures.pngs.push_back(filter_png(kernel->values, shape, filter, largest));
  }
  return pictures;
}

}  // namespace convoy
