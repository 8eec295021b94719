#pragma once

#include <cstdint>
#include <vector>

#include "data/filters.h"
#include "data/image.h"

namespace convoy {

/// What stands out from the ground of a photo.
struct Strokes {
  FloatMap contrast;               ///< about 0 on the ground, above 0 on strokes, be they darker or lighter than it
  std::vector<std::uint8_t> mask;  ///< 1 on strokes; all 0 where nothing stands out from the ground's noise
};

/// Parts strokes from the ground of a grey photo, which may lie in a shadow: strokes are narrower than a quarter of the
/// photo's shorter side, and they are the lesser part of their surroundings. The threshold is Otsu's (1979, "A
/// threshold selection method from gray-level histograms").
Strokes find_strokes(const Image& photo);

}  // namespace convoy
