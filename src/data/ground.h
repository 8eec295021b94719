#pragma once

#include <span>

#include "data/image.h"

namespace convoy {

/// Sets image.pixels to a transparent image on a background that gives contrast. `with_alpha` has image.size() pixels,
/// each with the image's channels and then alpha. The background is white where the mean brightness of the pixels,
/// weighted by opacity, is below 128 or all are transparent, else black.
void put_on_ground(std::span<const std::uint8_t> with_alpha, Image& image);

}  // namespace convoy
