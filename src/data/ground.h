#pragma once

#include <span>

#include "data/image.h"

namespace convoy {

/// What a transparent image of `image.size()` pixels, each of its channels and then alpha, looks like on the ground
/// that gives contrast: white where the opaque pixels are dark in the mean (below 128, each counted by its opacity),
/// black where they are light, and white where there are none. Fills image.pixels.
void put_on_ground(std::span<const std::uint8_t> with_alpha, Image& image);

}  // namespace convoy
