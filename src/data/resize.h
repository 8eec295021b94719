#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace convoy {

/// Height and width in pixels.
struct ImageSize {
  int height, width;
};

/// Resizes an image of height x width x channels bytes, each axis separately: averages areas where it shrinks,
/// interpolates between neighbours where it grows. The time is linear in the number of pixels.
std::vector<std::uint8_t> resize_image(std::span<const std::uint8_t> pixels, ImageSize from, ImageSize to,
                                       int channels);

}  // namespace convoy
