#pragma once

#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "graph/network.h"
#include "graph/weights.h"
#include "report/report.h"

namespace convoy {

/// Sample i as a small PNG: images as they are, floats stretched from their least to their largest value. Samples that
/// are no images give "".
std::string thumbnail(const Dataset& data, int i);

/// The kernels of the first conv2d if it sees 1 or 3 channels: grey is 0, white and black are plus and minus the
/// largest of all weights.
FilterPictures filter_pictures(const Network& network, Weights& weights);

}  // namespace convoy
