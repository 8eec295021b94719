#pragma once

#include <filesystem>
#include <string>

namespace convoy {

/// A configuration to begin with, and the data that it is for.
struct Starter {
  std::string toml;   ///< its comments say what each key is
  std::string found;  ///< "900 training images of 3 classes, 64x64x3"
};

/// Looks at a folder of idx files, or of images with a subfolder for each class, and writes a configuration that trains
/// a small network on them. Paths in it start from the folder of `file`. Throws Error{data}, or Error{config} where
/// `file` is there already and `replace` is not given.
Starter write_starter(const std::filesystem::path& data, const std::filesystem::path& file, bool replace);

}  // namespace convoy
