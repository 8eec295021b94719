#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/formats.h"
#include "convoy/settings.h"
#include "convoy/shape.h"
#include "graph/network.h"
#include "io/model_file.h"

/// Networks and weights on their way between convoy and other frameworks. Here they are in convoy's own terms and
/// layouts: images height x width x channels, kernels height x width x inputs x outputs, dense kernels inputs x
/// outputs, statistics as batch_norm keeps them.
namespace convoy::formats {

/// A network that a file describes, with its weights.
struct ImportedModel {
  std::string name;
  Shape input;                                        ///< of one sample
  std::vector<LayerSpec> layers = {};                 ///< each with a name; keys that are left out have their defaults
  std::map<std::string, std::vector<float>> tensors;  ///< parameters and states by name: "conv1/kernel"
  Scaling scaling = {};                               ///< empty: the network takes samples as they are
  std::vector<std::string> class_names = {};
  std::optional<Spec> loss = {};        ///< empty: chosen by the last layer
  std::vector<std::string> notes = {};  ///< what the user should know, a line each
};

/// The weights of a file without a network, matched with the tensors of one.
struct ImportedWeights {
  std::map<std::string, std::vector<float>> tensors = {};  ///< by the network's names, in its layouts
  std::vector<ImportedTensor> matches = {};
  std::vector<std::string> notes = {};
};

/// A model to be written.
struct ExportedModel {
  std::string name;
  const Network& network;            ///< every key is set, every layer has a name
  std::vector<NamedTensor> tensors;  ///< parameters and states, in the network's order
  Scaling scaling;                   ///< factors by channel; all 1 and 0 where samples are taken as they are
  std::vector<std::string> class_names;
  Spec loss;  ///< its type is "" where the model has none

  /// The values of "conv1/kernel". Throws std::out_of_range.
  std::span<const float> values(const std::string& tensor) const;
};

}  // namespace convoy::formats
