#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"
#include "formats/keras_config.h"

namespace convoy::formats {

/// A variable of a layer, in the order in which Keras keeps them.
struct KerasVariable {
  std::string name;    ///< Keras's: "kernel"
  std::string tensor;  ///< convoy's: "conv1/kernel"
  bool trained = true;
};

/// A layer of Keras as convoy's: usually one, sometimes none or two.
struct KerasLayer {
  std::vector<LayerSpec> layers = {};
  std::vector<KerasVariable> variables = {};
  std::vector<std::string> notes = {};
  int rank = 0;  ///< of the output
};

/// Where a layer stands.
struct KerasPlace {
  std::string name;  ///< convoy's, which is free
  Texts inputs;      ///< names of convoy's layers
  int rank = 0;      ///< of the first input
  bool trainable = true;
  int keras_version = 3;
};

/// Whether convoy has the class, or the input's scaling can do its work.
bool knows_keras_class(const std::string& class_name);

/// Throws Error{data} where the class, or an option of it, has no counterpart.
KerasLayer read_keras_layer(const std::string& class_name, const KerasConfig& config, const KerasPlace& place);

/// Throws Error{data} unless the config says that channels are the last axis.
void require_channels_last(const KerasConfig& config);

/// The function's name here, as a layer's "activation" takes it: "relu", "leaky_relu(0.2)"; "linear" for none. Throws
/// Error{data} for one that convoy does not have.
std::string keras_activation(const KerasConfig& config, const std::string& key, int keras_version);

}  // namespace convoy::formats
