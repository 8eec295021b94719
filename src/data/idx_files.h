#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// The idx files of a data set's training or test samples.
struct IdxFiles {
  std::filesystem::path images;
  std::filesystem::path labels;
};

/// The files of one data set in a folder.
struct IdxFolder {
  std::string prefix;  ///< what their names begin with: "" for MNIST's own, "emnist-letters-"
  IdxFiles train;      ///< empty paths where there are none
  IdxFiles test;
  std::vector<std::string> notes = {};  ///< on files that are there more than once
};

/// Finds files named like MNIST's, [PREFIX]train-images-idx3-ubyte[.gz] with "t10k" or "test" for testing, each also in
/// a folder of its own name. `prefix` chooses one of several data sets; `hint` ends a message about missing files.
/// Throws Error{data} for a folder with none, or several of which none is chosen, and for images without their labels.
IdxFolder find_idx_files(const std::filesystem::path& folder, const std::string& prefix, const std::string& hint);

/// What misses the training (or test) files of a folder that has none. Throws Error{data}.
[[noreturn]] void refuse_missing(const std::filesystem::path& folder, const std::string& name, const std::string& hint);

}  // namespace convoy
