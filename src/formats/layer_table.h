#pragma once

#include <string>
#include <vector>

namespace convoy::formats {

/// What a layer type is called elsewhere. "" where that framework has no such layer, or none that gives the same
/// outputs: export refuses it by name.
struct LayerNames {
  std::string type;   ///< convoy's
  std::string keras;  ///< class of keras.layers
  std::string torch;  ///< class of torch.nn, or function of torch
  std::string onnx;   ///< operators, those of a pattern joined by "+"; "Identity" where prediction does nothing
};

/// A row for each of convoy's layer types: a test compares it with the layer registry.
const std::vector<LayerNames>& layer_table();

/// The row of a type. Throws Error{config} for an own layer, which no framework has.
const LayerNames& layer_names(const std::string& type);

}  // namespace convoy::formats
