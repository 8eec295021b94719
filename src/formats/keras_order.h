#pragma once

#include <cstddef>
#include <vector>

namespace convoy::formats {

/// The order in which Keras counts the layers of a network, and so names them in a file of weights: by their distance
/// from the output, the farthest first, and among equally far ones as a search from the output finds them. `inputs` are
/// each layer's, earlier ones or -1; the last layer is the output.
std::vector<std::size_t> keras_order(const std::vector<std::vector<int>>& inputs);

}  // namespace convoy::formats
