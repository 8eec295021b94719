#pragma once

#include <span>

#include "convoy/dataset.h"

namespace convoy {

/// The last step of a scaling: 1 for values above its threshold, else 0; nothing without one.
void apply_threshold(std::span<float> values, const Scaling& scaling);

}  // namespace convoy
