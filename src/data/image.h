#pragma once

#include <cstdint>
#include <vector>

namespace convoy {

/// A decoded image: rows of pixels from the top, a byte for each channel.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 1;                  ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels;  ///< height x width x channels

  /// The count of pixels.
  std::size_t size() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

}  // namespace convoy
