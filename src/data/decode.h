#pragma once

#include <filesystem>

#include "data/image.h"

namespace convoy {

/// An image file as a viewer shows it, in grey (1 channel) or colour (3): turned as its Exif data say, transparent
/// parts on the ground that gives contrast. What it is, its first bytes tell. Throws Error{data} without the file's
/// name.
Image decode_image(const std::filesystem::path& file, int channels);

}  // namespace convoy
