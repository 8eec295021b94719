#pragma once

#include "graph/network.h"
#include "graph/weights.h"
#include "report/report.h"

namespace convoy {

/// The kernels of the first conv2d if it sees 1 or 3 channels: grey is 0, white and black are plus and minus the
/// largest of all weights.
FilterPictures filter_pictures(const Network& network, Weights& weights);

}  // namespace convoy
