#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "convoy/shape.h"

namespace convoy {

/// One tensor of a model file.
struct TensorInfo {
  std::string name;
  std::string dtype;
  Shape shape;
  double min = 0, max = 0, mean = 0, deviation = 0;
  std::int64_t not_finite = 0;  ///< count of values that are not finite
};
/// All tensors and metadata of a model file.
struct ModelInfo {
  std::vector<TensorInfo> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
};
/// Reads a model file for `convoy inspect`. Throws Error{data}.
ModelInfo inspect(const std::filesystem::path& model_file);

}  // namespace convoy
