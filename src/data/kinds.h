#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "convoy/dataset.h"

namespace convoy {

/// As load_idx of the public header; `hint` ends the message when files are missing.
DataSplits load_idx(const std::filesystem::path& folder, const std::string& hint);

struct ImageFolderOptions {
  Shape shape;  ///< what every image becomes
  ImageOptions image = {};
  double test_fraction = 0.2;  ///< drawn for testing where the folder has no test/ of its own
  std::uint64_t seed = 0;
  std::string hint;
};

/// A folder with one subfolder of images a class, or with train/ and test/ that have them. Classes and files go by
/// name. Throws Error{data}.
DataSplits load_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options);

}  // namespace convoy
