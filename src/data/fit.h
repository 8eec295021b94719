#pragma once

#include <string>

#include "data/image.h"
#include "data/resize.h"

namespace convoy {

/// An image brought to a size by one of image_fits(); "digit" takes a grey one. Throws Error{config} for another word
/// and Error{data} where there is no digit.
Image fitted(const Image& image, ImageSize size, const std::string& fit);

}  // namespace convoy
