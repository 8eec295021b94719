#pragma once

#include "graph/network.h"
#include "graph/weights.h"
#include "report/report.h"

namespace convoy {

/// Draws the kernels of the first conv2d as PNGs, at most 128: grey is 0, white and black are plus and minus the
/// largest absolute weight. Empty without a conv2d, for kernels of 1 x 1 and for inputs of other than 1 or 3 channels.
FilterPictures filter_pictures(const Network& network, Weights& weights);

}  // namespace convoy
