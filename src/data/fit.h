#pragma once

#include <string>

#include "data/image.h"
#include "data/resize.h"

namespace convoy {

/// Brings an image to a size in the way that `fit` names: "stretch", "pad" or "digit", which needs a grey image. Throws
/// Error{config} for another word and Error{data} where no digit is found.
Image fitted(const Image& image, ImageSize size, const std::string& fit);

}  // namespace convoy
