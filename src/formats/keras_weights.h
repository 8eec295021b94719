#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/hdf5_file.h"
#include "formats/keras_graph.h"
#include "formats/keras_layers.h"

namespace convoy::formats {

/// The variables of one call, as Keras orders them.
struct KerasCallVariables {
  const KerasCall* call = nullptr;
  std::vector<KerasVariable> variables;
};

/// Finds the arrays of a network's variables in a file of weights, and returns them by the variables' tensors. Keras 3
/// keeps them by class and number, Keras 2 (and a .h5 file of Keras 3) by the names of the outermost model's layers.
/// Throws Error{data} where there are others than the network has.
std::map<std::string, const Hdf5Array*> find_keras_weights(const Hdf5Contents& contents, const std::string& file,
                                                           const std::vector<KerasCallVariables>& network);

/// The group that has Keras 2's "layer_names": "model_weights/" or "" for the root; null where there is none.
const char* legacy_weights_root(const Hdf5Contents& contents);

}  // namespace convoy::formats
