#pragma once

#include "convoy/model.h"
#include "graph/network.h"
#include "graph/weights.h"

namespace convoy {

/// Copies each tensor of `from` that has the same name and shape in `to`.
TakenWeights take_weights(Weights& from, const Network& old, Weights& to, const Network& network);

}  // namespace convoy
