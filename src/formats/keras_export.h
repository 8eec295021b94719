#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/exchange.h"
#include "formats/keras_weights.h"

namespace convoy::formats {

/// Writes a .keras file that keras.models.load_model reads: a Functional model with the same names of layers, Rescaling
/// first where the model scales its input. Throws Error{config} for a layer that Keras does not have.
std::vector<std::filesystem::path> write_keras(const ExportedModel& model, const std::filesystem::path& file);

/// The layers of Keras that a network would be written as, with their places in a file of weights.
struct KerasPlan {
  std::vector<KerasCall> calls;
  std::vector<KerasCallVariables> variables;
};
KerasPlan keras_plan(const Network& network);

}  // namespace convoy::formats
