#pragma once

#include <filesystem>
#include <functional>
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

/// A part of a data set: its files, and what reads them; empty where there is none.
struct DataPart {
  std::vector<std::filesystem::path> files = {};
  std::function<Dataset(Texts& notes)> read = {};

  bool exists() const { return static_cast<bool>(read); }
};

/// The parts of a data set that has each in files of its own, or all samples in `train`.
struct DataParts {
  DataPart train;
  DataPart validation;
  DataPart test;
  bool divided = true;                                               ///< false: `train` is all there is
  Texts notes = {};                                                  ///< on what was found
  std::function<void(const std::string& part)> refuse_missing = {};  ///< throws: "train" or "test" is needed
};

/// Reads those parts that are needed. What holds for several of them is noted once. Throws Error{data}.
FoundParts read_parts(const DataParts& parts, Need need);

/// The files that read_parts reads, by name.
std::vector<std::filesystem::path> files_of_parts(const DataParts& parts, Need need);

}  // namespace convoy
