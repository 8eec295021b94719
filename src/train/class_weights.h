#pragma once

#include <vector>

#include "convoy/dataset.h"
#include "convoy/settings.h"

namespace convoy {

/// The weight of the loss for each of the `outputs` classes: {"balanced"} is samples / (classes * samples of the
/// class), so that each class counts as much as the others; {"cat=2", "dog=0.5"} names classes, the others have 1.
/// Empty where nothing is given. Throws Error{config} for an unknown class, a bad weight or samples without labels.
std::vector<float> class_weights(const Texts& given, const Dataset& train, int outputs);

}  // namespace convoy
