#include "data/fit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "core/text.h"
#include "data/digit.h"

namespace convoy {
namespace {

/// The image resized to `size`, whatever its proportions.
Image stretched(const Image& image, ImageSize size) {
  return {.height = size.height,
          .width = size.width,
          .channels = image.channels,
          .pixels = resize_image(image.pixels, {image.height, image.width}, size, image.channels)};
}

/// The median of the border's pixels in one channel, which serves as the background beyond the edges.
std::uint8_t border_median(const Image& image, int channel) {
  std::vector<std::uint8_t> values;
  const auto add = [&](int y, int x) {
    values.push_back(image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels + channel)]);
  };
  for (int x = 0; x < image.width; ++x) {
    add(0, x);
    add(image.height - 1, x);
  }
  for (int y = 0; y < image.height; ++y) {
    add(y, 0);
    add(y, image.width - 1);
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The image resized with its proportions, in the middle of `size`, on the median of its border.
Image padded(const Image& image, ImageSize size) {
  const double scale =
      std::min(static_cast<double>(size.height) / image.height, static_cast<double>(size.width) / image.width);
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
  const Image inner = stretched(image, {scaled(image.height), scaled(image.width)});
  Image result{.height = size.height, .width = size.width, .channels = image.channels, .pixels = {}};
  std::vector<std::uint8_t> ground;
  for (int c = 0; c < image.channels; ++c) ground.push_back(border_median(image, c));
  for (std::size_t i = 0; i < result.size(); ++i)
    result.pixels.insert(result.pixels.end(), ground.begin(), ground.end());
  const int top = (size.height - inner.height) / 2;
  const int left = (size.width - inner.width) / 2;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(inner.width) * image.channels;
  for (int y = 0; y < inner.height; ++y) {
    std::copy_n(inner.pixels.begin() + y * row, row,
                result.pixels.begin() + (static_cast<std::ptrdiff_t>(top + y) * size.width + left) * image.channels);
  }
  return result;
}

}  // namespace

const std::vector<std::string>& image_fits() {
  static const std::vector<std::string> fits = {"stretch", "pad", "digit"};
  return fits;
}

Image fitted(const Image& image, ImageSize size, const std::string& fit) {
  if (fit == "stretch") return stretched(image, size);
  if (fit == "pad") return padded(image, size);
  if (fit == "digit") return prepared_digit(image, size);
  throw Error(ErrorKind::config, "fit: expected " + join_or(image_fits()) + ", got \"" + fit + "\"");
}

}  // namespace convoy
