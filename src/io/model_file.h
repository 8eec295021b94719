#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/shape.h"
#include "io/safetensors.h"

namespace convoy {

/// A tensor of a model, by its Keras-like name.
struct NamedTensor {
  std::string name;  ///< "conv1/kernel"
  Shape shape;
  std::span<float> values;
};

/// What a model file says about its tensors.
struct ModelMetadata {
  std::string config;  ///< the resolved configuration, TOML
  Scaling scaling;
  std::vector<std::string> class_names;
  std::string convoy_version;

  Metadata to_map() const;
  /// Throws Error{data} for what is missing, damaged or of a later format.
  static ModelMetadata from(const TensorFile& file, const std::filesystem::path& path);
};

void save_model(const std::filesystem::path& path, std::span<const NamedTensor> tensors, const ModelMetadata& metadata);

/// Copies a file's tensors into `tensors`, after every name, shape, dtype and number was checked. The file may have
/// more than `tensors` if their names begin with one of `ignored`. Throws Error{data} and then has written nothing.
void load_tensors(const TensorFile& file, const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                  const std::vector<std::string>& ignored = {});

}  // namespace convoy
