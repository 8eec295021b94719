#pragma once

#include <filesystem>
#include <string>

#include "convoy/settings.h"

namespace convoy {

/// The CSV files of a data set; empty paths where there are none.
struct CsvFiles {
  std::filesystem::path train;
  std::filesystem::path validation;
  std::filesystem::path test;
  bool divided = true;  ///< false: `train` has all samples
  Texts notes = {};     ///< on files that exist more than once: which is read
};

/// Finds CSV files at a path: the file itself, which has all samples; or in a folder [PREFIX]train.csv[.gz], and "val"
/// and "test" for "train", or the only file. `prefix` chooses one of several data sets; `hint` ends a message about
/// missing files. Throws Error{data} where there are none, or several data sets of which `prefix` chooses none.
CsvFiles find_csv_files(const std::filesystem::path& path, const std::string& prefix, const std::string& hint);

/// Whether a file's name ends in .csv or .csv.gz, in any case of letters, and is not hidden.
bool named_as_csv(const std::filesystem::path& file);

}  // namespace convoy
