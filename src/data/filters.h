#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// Values of height x width pixels, row by row.
using FloatMap = std::vector<float>;

/// Each pixel's mean over the square of pixels within `reach` rows and columns, cut off at the border.
FloatMap box_mean(const FloatMap& map, ImageSize size, int reach);

/// Grey closing: dark parts narrower than 2 `reach` + 1 pixels are raised to their surroundings; the rest stays.
FloatMap closed(const FloatMap& map, ImageSize size, int reach);

/// Each pixel's distance in pixels to the nearest one whose bit is not 0. Euclidean within 6 %: by the 3-4 chamfer
/// (Borgefors 1986, "Distance transformations in digital images").
FloatMap distances_to(const std::vector<std::uint8_t>& bits, ImageSize size);

}  // namespace convoy
