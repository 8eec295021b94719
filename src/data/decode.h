#pragma once

#include <filesystem>

#include "data/image.h"

namespace convoy {

/// Reads an image file as a viewer shows it, in grey (1 channel) or colour (3): turned as its Exif data say,
/// transparent parts on a background that gives contrast. The format is known from the first bytes. Throws Error{data},
/// whose text does not name the file.
Image decode_image(const std::filesystem::path& file, int channels);

}  // namespace convoy
