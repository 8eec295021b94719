#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/shape.h"

/// Models of other frameworks: Model::import_file reads them, Model::export_file writes them.
namespace convoy {

struct ImportOptions {
  std::optional<Config> into = {};  ///< the network of a file that has weights only, as a PyTorch state_dict
  int threads = 0;                  ///< 0: all cores
};

/// A tensor of a file and the tensor of the network that it became.
struct ImportedTensor {
  std::string from;  ///< "features.0.weight"
  std::string to;    ///< "conv1/kernel"
  Shape shape;       ///< in the network
};

/// What an import did beside the model that it made.
struct ImportReport {
  std::string format;                        ///< "keras"
  std::vector<ImportedTensor> matches = {};  ///< for a file that has weights only
  std::vector<std::string> notes = {};       ///< what the user should know, a line each
};

/// The formats that export_file writes, by name, with the ending of their files: {"onnx", ".onnx"}.
std::vector<std::pair<std::string, std::string>> export_formats();

}  // namespace convoy
