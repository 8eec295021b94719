#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/shape.h"
#include "io/safetensors.h"

namespace convoy {

/// A tensor of a model by its Keras-like name; the values are memory of others.
struct NamedTensor {
  std::string name;  ///< "conv1/kernel"
  Shape shape;
  std::span<float> values;
};

/// What a model file says about its tensors.
struct ModelMetadata {
  std::string config;  ///< the resolved configuration without its paths, TOML
  Scaling scaling;
  std::vector<std::string> class_names;
  std::string convoy_version;  ///< of the program that wrote the file; set by from()

  /// The metadata as text for a file, with format and versions; convoy_version is that of this program.
  Metadata to_map() const;
  /// Reads the metadata of the file `path`. Throws Error{data} where they are missing, damaged or of a later format.
  static ModelMetadata from(const TensorFile& file, const std::filesystem::path& path);
};

/// Writes a model in place of the file, atomically. Throws Error{failed} where it cannot be written.
void save_model(const std::filesystem::path& path, std::span<const NamedTensor> tensors, const ModelMetadata& metadata);

/// Copies a file's tensors into the values of `tensors`, after checking every name, shape, dtype and number. The file
/// may have more tensors if their names begin with one of `ignored`. Throws Error{data} and then has written nothing;
/// `path` is for its message.
void load_tensors(const TensorFile& file, const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                  const std::vector<std::string>& ignored = {});

}  // namespace convoy
