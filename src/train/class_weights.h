#pragma once

#include <vector>

#include "convoy/dataset.h"
#include "convoy/settings.h"

namespace convoy {

/// What the loss of a training sample of each class counts: {"balanced"} is samples / (classes * samples of the class),
/// so that each class counts as much as the others; {"cat=2", "dog=0.5"} names classes, the others count 1. Empty where
/// nothing is given. Throws Error{config} for a class that the data do not have, or what is no weight.
std::vector<float> class_weights(const Texts& given, const Dataset& train, int outputs);

}  // namespace convoy
