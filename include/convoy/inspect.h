#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "convoy/shape.h"

namespace convoy {

/// A tensor of a model file; its statistics count the finite values only, and are 0 without any.
struct TensorInfo {
  std::string name;
  std::string dtype;  ///< "F32"
  Shape shape;        ///< empty for a rank above that of Shape, and where an extent is 0
  double min = 0, max = 0, mean = 0, deviation = 0;
  std::int64_t not_finite = 0;  ///< number of values that are NaN or infinite
};
/// What a model file holds: its tensors in the order of their data, and its metadata by key.
struct ModelInfo {
  std::vector<TensorInfo> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
};
/// Reads a safetensors file, written by convoy or not. Throws Error{data} where it is damaged.
ModelInfo inspect(const std::filesystem::path& model_file);

}  // namespace convoy
