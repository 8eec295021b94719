#pragma once

#include <string>

#include "convoy/dataset.h"

namespace convoy {

/// Sample i as a small PNG: images as they are, floats stretched from their least to their largest value. Samples that
/// are no images give "".
std::string thumbnail(const Dataset& data, int i);

}  // namespace convoy
