#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// A connected set of pixels; pixels that touch at a corner are connected too.
struct Component {
  std::vector<std::int32_t> pixels;              ///< their indices in the mask
  int top = 0, left = 0, bottom = 0, right = 0;  ///< first and last row and column
  int on_border = 0;                             ///< count of pixels on the image's border

  int area() const { return static_cast<int>(pixels.size()); }
  /// The longer side of the box.
  int side() const { return (bottom - top > right - left ? bottom - top : right - left) + 1; }
};

/// The components of the pixels of a mask that are not 0, in the order of their first pixels.
std::vector<Component> components_of(std::vector<std::uint8_t> mask, ImageSize size);

}  // namespace convoy
