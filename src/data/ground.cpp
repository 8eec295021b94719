#include "data/ground.h"

namespace convoy {
namespace {

/// The brightness of a pixel in thousandths, from 0 to 255000, with the weights of Rec. 601 for colours.
std::uint64_t brightness(const std::uint8_t* pixel, int channels) {
  if (channels == 1) return std::uint64_t{1000} * pixel[0];
  return std::uint64_t{299} * pixel[0] + std::uint64_t{587} * pixel[1] + std::uint64_t{114} * pixel[2];
}

/// The background that gives contrast: 255 or 0.
int ground_of(std::span<const std::uint8_t> with_alpha, const Image& image) {
  std::uint64_t sum = 0;
  std::uint64_t weight = 0;
  const std::uint8_t* pixel = with_alpha.data();
  for (std::size_t i = 0; i < image.size(); ++i, pixel += image.channels + 1) {
    sum += brightness(pixel, image.channels) * pixel[image.channels];
    weight += pixel[image.channels];
  }
  constexpr std::uint64_t middle = 128'000;
  return sum < middle * weight || weight == 0 ? 255 : 0;
}

}  // namespace

void put_on_ground(std::span<const std::uint8_t> with_alpha, Image& image) {
  const int ground = ground_of(with_alpha, image);
  image.pixels.resize(image.size() * static_cast<std::size_t>(image.channels));
  const std::uint8_t* from = with_alpha.data();
  std::uint8_t* to = image.pixels.data();
  for (std::size_t i = 0; i < image.size(); ++i, ++from) {
    const int alpha = from[image.channels];
    for (int c = 0; c < image.channels; ++c)
      *to++ = static_cast<std::uint8_t>((*from++ * alpha + ground * (255 - alpha) + 127) / 255);
  }
}

}  // namespace convoy
