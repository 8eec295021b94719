#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// The parts of a data set as found on disk; a part that was not asked for is empty.
struct FoundParts {
  DataSplits splits = {};
  bool divided = true;    ///< false where the data is not divided into parts: all samples are in splits.train
  bool has_test = false;  ///< whether there is a test part on disk
};

/// A part of a data set: its files, and the function that reads them and adds notes; both empty where there is none.
struct DataPart {
  std::vector<std::filesystem::path> files = {};
  std::function<Dataset(Texts& notes)> read = {};

  bool exists() const { return static_cast<bool>(read); }
};

/// The parts of a data set whose parts are separate files, or whose samples are all in `train`.
struct DataParts {
  DataPart train;
  DataPart validation;
  DataPart test;
  bool divided = true;                                               ///< false: `train` has all samples
  Texts notes = {};                                                  ///< on the files that were found
  std::function<void(const std::string& part)> refuse_missing = {};  ///< throws that "train" or "test" is missing
};

/// Reads the parts that are needed. Keeps the notes of the first part read only, as the others would repeat them.
/// Throws Error{data} where a needed part is missing or cannot be read.
FoundParts read_parts(const DataParts& parts, Need need);

/// The files that read_parts reads, sorted by name.
std::vector<std::filesystem::path> files_of_parts(const DataParts& parts, Need need);

}  // namespace convoy
