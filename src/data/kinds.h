#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// The parts of a data set as they lie there: what is not asked for is empty.
struct FoundParts {
  DataSplits splits = {};
  bool divided = true;    ///< false for samples that lie together: all of them are in splits.train
  bool has_test = false;  ///< of its own
};

struct IdxOptions {
  std::string prefix = {};  ///< what the files' names begin with; empty: found out
  bool transpose = false;   ///< rows become columns
  bool invert = false;      ///< dark on light becomes light on dark
  int first_label = 0;      ///< the label of class 0
  std::string hint = {};    ///< ends the message when files are missing
};

/// A folder of idx files. Throws Error{data}.
FoundParts load_idx(const std::filesystem::path& folder, const IdxOptions& options, Need need);
/// Those that load_idx reads.
std::vector<std::filesystem::path> files_of_idx(const std::filesystem::path& folder, const IdxOptions& options,
                                                Need need);

struct ImageFolderOptions {
  Shape shape;  ///< what every image becomes
  ImageOptions image = {};
  bool skip_bad = false;  ///< leave out images that cannot be read; otherwise they are an error
  std::string hint = {};
};

/// A folder with one subfolder of images a class, or with train/, val/ and test/ that have them. Classes and files go
/// by name. Throws Error{data}.
FoundParts load_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options, Need need);
/// The images that load_image_folder reads, by name.
std::vector<std::filesystem::path> files_of_image_folder(const std::filesystem::path& folder, Need need);

}  // namespace convoy
