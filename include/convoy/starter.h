#pragma once

#include <filesystem>
#include <string>

namespace convoy {

/// A first configuration for a data set, and the data set in words.
struct Starter {
  std::string toml;   ///< with comments on each key
  std::string found;  ///< "900 training images of 3 classes, 64x64x3"
};

/// Reads a data set of any kind and writes a configuration that trains a small network on it. Paths in it start from
/// the folder of `file`. Throws Error{data}, or Error{config} where `file` is there already and `replace` is not given.
Starter write_starter(const std::filesystem::path& data, const std::filesystem::path& file, bool replace);

}  // namespace convoy
