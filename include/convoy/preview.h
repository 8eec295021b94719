#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/data_statistics.h"

namespace convoy {

struct PreviewOptions {
  std::string split = "train";  ///< or "validation", "test"
  int images = 0;               ///< different images to show; 0: ten, or without augmentation ten of each class
};

/// What a preview shows, for `convoy data preview`.
struct DataPreview {
  DataStatistics data;                  ///< of the whole split
  std::vector<std::string> notes = {};  ///< DataSplits::notes
  int images = 0;                       ///< shown, each once as it is
  int versions = 0;                     ///< of each image as training changes it; 0 without augmentation
};

/// Draws samples of a configuration's data into a PNG file, replaced atomically: a row for each class; for training
/// images with augmentation, each image beside its augmented versions in the first epochs. Throws Error{config} for
/// samples that are not images of 1 or 3 channels.
DataPreview preview_data(const Config& config, const std::filesystem::path& png, const PreviewOptions& options = {});

}  // namespace convoy
