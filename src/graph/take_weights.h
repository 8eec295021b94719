#pragma once

#include "convoy/model.h"
#include "graph/network.h"
#include "graph/weights.h"

namespace convoy {

/// Copies each tensor of `from` that has the same name and shape in `to`, weights of `old` and `network`. Returns the
/// names of the copied and of the other tensors.
TakenWeights take_weights(Weights& from, const Network& old, Weights& to, const Network& network);

}  // namespace convoy
