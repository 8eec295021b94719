#pragma once

#include <cstdint>
#include <vector>

#include "data/filters.h"
#include "data/image.h"

namespace convoy {

/// The strokes of a photo, darker or lighter than its ground.
struct Strokes {
  FloatMap contrast;               ///< about 0 on the ground, above 0 on dark or light strokes
  std::vector<std::uint8_t> mask;  ///< 1 on strokes; all 0 where there are only noise and ground
};

/// Separates strokes from the ground of a grey photo, which may be partly in shadow. Strokes must be narrower than a
/// quarter of the shorter side, and fill less than half of their surroundings. The threshold is Otsu's (1979, "A
/// threshold selection method from gray-level histograms").
Strokes find_strokes(const Image& photo);

}  // namespace convoy
