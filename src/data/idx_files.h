#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// The idx files of a data set's training or test samples; empty paths where there are none.
struct IdxFiles {
  std::filesystem::path images;
  std::filesystem::path labels;
};

/// The idx files of one data set in a folder.
struct IdxFolder {
  std::string prefix;  ///< the beginning of their names: "" for MNIST, "emnist-letters-"
  IdxFiles train;
  IdxFiles test;
  std::vector<std::string> notes = {};  ///< on files that exist more than once: which is read
};

/// Finds files named as MNIST's, [PREFIX]train-images-idx3-ubyte[.gz] with "t10k" or "test" for testing, or files in
/// folders with such names. `prefix` chooses one of several data sets; `hint` ends a message about missing files.
/// Throws Error{data} for a folder that cannot be read, several data sets of which `prefix` chooses none, and images
/// without labels or labels without images. A folder without such files gives empty paths.
IdxFolder find_idx_files(const std::filesystem::path& folder, const std::string& prefix, const std::string& hint);

/// Throws Error{data} that the file `name` is missing in a folder, with what is there and the hint at the end.
[[noreturn]] void refuse_missing(const std::filesystem::path& folder, const std::string& name, const std::string& hint);

}  // namespace convoy
