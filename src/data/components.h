#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// A connected set of pixels, neighbours also at corners.
struct Component {
  std::vector<std::int32_t> pixels;              ///< their places in the mask
  int top = 0, left = 0, bottom = 0, right = 0;  ///< the box around them: its first and last rows and columns
  int on_border = 0;                             ///< how many lie on the image's border

  int area() const { return static_cast<int>(pixels.size()); }
  int side() const { return (bottom - top > right - left ? bottom - top : right - left) + 1; }
};

/// The components of the pixels that are not 0, in the order of their first pixels.
std::vector<Component> components_of(std::vector<std::uint8_t> mask, ImageSize size);

}  // namespace convoy
