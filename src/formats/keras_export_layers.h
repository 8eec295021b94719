#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "graph/network.h"

namespace convoy::formats {

/// A layer of Keras that is to be written.
struct KerasExport {  // NOLINT(bugprone-exception-escape): a json is moved without one
  static constexpr int input = -1;

  std::string class_name;
  std::string name;
  nlohmann::json config;
  std::vector<int> inputs;                  ///< earlier ones, or the network's input
  std::vector<std::string> tensors = {};    ///< convoy's, in the order of Keras's variables
  std::vector<std::string> variables = {};  ///< what Keras calls them
  bool trainable = true;
  bool random = false;  ///< it has a generator of random numbers, whose state is a variable as well
  Shape output = {};    ///< of a sample
};

/// A network as layers of Keras, each after those that feed it. Some of convoy's become two: an explicit padding is a
/// layer of its own. Throws Error{config} that names a layer which Keras does not have, or not so.
std::vector<KerasExport> keras_layers_of(const Network& network);

}  // namespace convoy::formats
