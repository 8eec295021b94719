#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/resize.h"

namespace convoy {

/// An image of height x width x channels bytes (1: grey, 3: colour) as the bytes of a PNG file. Throws Error{failed}.
std::string png(std::span<const std::uint8_t> pixels, ImageSize size, int channels);

}  // namespace convoy
