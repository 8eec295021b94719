#pragma once

#include <span>

#include "convoy/dataset.h"

namespace convoy {

/// Applies the last step of a scaling: values above its threshold become 1, others 0. Does nothing without a threshold.
void apply_threshold(std::span<float> values, const Scaling& scaling);

}  // namespace convoy
