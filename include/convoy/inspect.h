#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "convoy/shape.h"

namespace convoy {

/// What a model file holds, for `convoy inspect`: tensors with dtype, shape, min, max, mean, standard deviation.
struct TensorInfo {
  std::string name;
  std::string dtype;
  Shape shape;
  double min = 0, max = 0, mean = 0, deviation = 0;
  std::int64_t not_finite = 0;
};
struct ModelInfo {
  std::vector<TensorInfo> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
};
ModelInfo inspect(const std::filesystem::path& model_file);

}  // namespace convoy
