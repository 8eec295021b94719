#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// Values of height x width pixels, row by row.
using FloatMap = std::vector<float>;

/// Each pixel's mean over those up to `reach` away in each direction, as far as there are any.
FloatMap box_mean(const FloatMap& map, ImageSize size, int reach);

/// Grey closing: what is darker than all around it and narrower than 2 `reach` + 1 pixels is filled up; the rest stays.
FloatMap closed(const FloatMap& map, ImageSize size, int reach);

/// Distances in pixels to the nearest one whose bit is not 0, Euclid's within 6 %: by the chamfer of 3 and 4 thirds
/// (Borgefors 1986, "Distance transformations in digital images").
FloatMap distances_to(const std::vector<std::uint8_t>& bits, ImageSize size);

}  // namespace convoy
