#pragma once

#include <vector>

#include "convoy/augmentation.h"

namespace convoy {

/// The keys of [augmentation].
const std::vector<KeySpec>& augmentation_keys();

/// What complete settings of [augmentation] say.
Augmentation augmentation_from(const Settings& settings);

/// Whether something moves the pixels of an image.
bool is_geometric(const Augmentation& augmentation);

}  // namespace convoy
