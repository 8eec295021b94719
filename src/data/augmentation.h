#pragma once

#include "convoy/augmentation.h"
#include "convoy/fields.h"

namespace convoy {

/// The keys of [augmentation].
const Fields<Augmentation>& augmentation_fields();

/// Whether something moves the pixels of an image.
bool is_geometric(const Augmentation& augmentation);

/// Whether pairs of samples are mixed, and with them their targets.
bool mixes_pairs(const Augmentation& augmentation);

}  // namespace convoy
