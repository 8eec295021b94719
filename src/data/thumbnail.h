#pragma once

#include <string>

#include "convoy/dataset.h"

namespace convoy {

/// The bytes of a PNG file of sample i, at most 96 pixels a side; floats are stretched from their least to their
/// largest value. "" for samples that are no images.
std::string thumbnail(const Dataset& data, int i);

}  // namespace convoy
