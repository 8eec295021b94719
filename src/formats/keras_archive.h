#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace convoy::formats {

/// A .keras file: a zip archive with two texts of JSON and the weights, an HDF5 file.
struct KerasArchive {
  std::string config;              ///< config.json: the network
  std::string metadata;            ///< metadata.json: the version of Keras
  std::vector<std::byte> weights;  ///< model.weights.h5
};

/// Whether a file is a zip archive that has a config.json.
bool is_keras_archive(const std::filesystem::path& file);

/// Throws Error{data} for a file that is no such archive, or damaged.
KerasArchive read_keras_archive(const std::filesystem::path& file);

/// Writes an archive in place of the file, atomically; the bytes are the same each time. Throws Error{failed}.
void write_keras_archive(const std::filesystem::path& file, const KerasArchive& archive);

}  // namespace convoy::formats
