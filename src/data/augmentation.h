#pragma once

#include "convoy/augmentation.h"
#include "convoy/fields.h"

namespace convoy {

/// The keys of [augmentation], with their meanings and bounds.
const Fields<Augmentation>& augmentation_fields();

/// Whether a change that is on moves pixels: shift, rotate, zoom, shear, flips or crop_padding.
bool is_geometric(const Augmentation& augmentation);

/// Whether mixup or cutmix is on: pairs of samples are mixed, and their targets too.
bool mixes_pairs(const Augmentation& augmentation);

}  // namespace convoy
