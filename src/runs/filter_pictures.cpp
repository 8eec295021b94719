#include "runs/filter_pictures.h"

#include <algorithm>
#include <cmath>

#include "data/png.h"

namespace convoy {
namespace {

constexpr int most_filters = 128;

/// Rounds 0..1 to 0..255; values above 1 give 255, those below 0 and NaN give 0 (black).
std::uint8_t byte_of(double share) {
  return static_cast<std::uint8_t>(std::lround(255 * std::min(1.0, std::max(0.0, share))));
}

/// Returns the PNG of one filter of a kernel of height x width x channels x filters; `largest` becomes white.
std::string filter_png(std::span<const float> kernel, const Shape& shape, int filter, float largest) {
  std::vector<std::uint8_t> pixels;
  for (; !kernel.empty(); kernel = kernel.subspan(static_cast<std::size_t>(shape[3]))) {
    pixels.push_back(byte_of(0.5 + 0.5 * static_cast<double>(kernel[static_cast<std::size_t>(filter)] / largest)));
  }
  return png(pixels, {shape[0], shape[1]}, shape[2]);
}

}  // namespace

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
