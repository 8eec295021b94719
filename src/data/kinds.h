#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/size2.h"
#include "core/described.h"

namespace convoy {

/// The parts of a data set as they lie there: what is not asked for is empty.
struct FoundParts {
  DataSplits splits = {};
  bool divided = true;    ///< false for samples that lie together: all of them are in splits.train
  bool has_test = false;  ///< of its own
};

/// The keys that every kind has as well, of what lies in its folder.
template <class Options>
Fields<Options> folder_fields() {
  return Fields<Options>()
      .add("invert", &Options::invert, "Turn dark on light images into light on dark.")
      .add("hint", &Options::hint, "What to tell a user whose data is missing.");
}

struct IdxOptions {
  std::string prefix = {};
  std::optional<Integers> shape = {};
  bool transpose = false;
  bool invert = false;
  int first_label = 0;
  std::string hint = {};
};
const Described<IdxOptions>& described_idx();

/// A folder of idx files. Throws Error{data}.
FoundParts load_idx(const std::filesystem::path& folder, const IdxOptions& options, Need need);
/// Those that load_idx reads.
std::vector<std::filesystem::path> files_of_idx(const std::filesystem::path& folder, const IdxOptions& options,
                                                Need need);

enum class OnBadImage { error, skip };

struct ImageFolderOptions {
  Size2 image_size = 28;
  int channels = 1;
  std::string fit = "stretch";
  OnBadImage on_bad_image = OnBadImage::error;
  bool invert = false;
  std::string hint = {};
};
const Described<ImageFolderOptions>& described_image_folder();

/// A folder with one subfolder of images a class, or with train/, val/ and test/ that have them. Classes and files go
/// by name. Throws Error{data}.
FoundParts load_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options, Need need);
/// The images that load_image_folder reads, by name.
std::vector<std::filesystem::path> files_of_image_folder(const std::filesystem::path& folder,
                                                         const ImageFolderOptions& options, Need need);

}  // namespace convoy
