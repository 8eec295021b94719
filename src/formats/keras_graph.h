#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"
#include "formats/keras_config.h"

namespace convoy::formats {

/// One call of a layer, models within models opened.
struct KerasCall {
  std::string name;  ///< in Keras, after the names of the models that it is in: "body_conv1"
  std::string class_name;
  const nlohmann::json* config = nullptr;  ///< part of the graph's document
  std::vector<int> inputs;                 ///< earlier calls, or KerasGraph::input
  bool trainable = true;                   ///< it and the models that it is in
  bool again = false;                      ///< the layer was called before
  std::string store;                       ///< its place in the weights of Keras 3: "layers/functional/layers/conv2d"
  std::string top;  ///< the name of the layer of the outermost model, by which Keras 2 keeps weights
};

/// The network that a configuration of Keras describes.
struct KerasGraph {
  static constexpr int input = -1;

  std::string name;
  Shape input_shape;
  std::vector<KerasCall> calls = {};  ///< each after those that feed it
  int output = input;
};

/// Reads {"class_name": "Functional", "config": ...}; `document` must outlive the graph. Throws Error{data} for what is
/// no network with one input and one output.
KerasGraph read_keras_graph(const nlohmann::json& document, const std::string& file);

}  // namespace convoy::formats
