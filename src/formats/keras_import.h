#pragma once

#include <string>

#include "formats/exchange.h"
#include "formats/hdf5_file.h"
#include "formats/keras_config.h"

namespace convoy::formats {

/// What a file of Keras says beside its weights.
struct KerasDocument {
  nlohmann::json model;     ///< {"class_name": "Sequential", "config": {...}}
  nlohmann::json training;  ///< what compile() was told; null where it was not called
  int version = 3;
  std::vector<std::string> class_names = {};
};

/// Makes convoy's network and weights. Throws Error{data}.
ImportedModel import_keras(const KerasDocument& document, const Hdf5Contents& weights, const std::string& file);

/// Takes an array for a tensor. Throws Error{data} where the shapes differ, axes of 1 left out.
std::vector<float> keras_values(const Hdf5Array& array, const std::string& tensor, const Shape& shape,
                                const std::string& file);

}  // namespace convoy::formats
