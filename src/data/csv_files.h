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
  Texts notes = {};     ///< on files that are there more than once
};

/// Finds them at a path: one file with all samples; or in a folder [PREFIX]train.csv[.gz], with "val" and "test", or
/// the only file. `prefix` chooses one of several data sets; `hint` ends a message about missing files. Throws
/// Error{data}.
CsvFiles find_csv_files(const std::filesystem::path& path, const std::string& prefix, const std::string& hint);

/// Whether a file's name has the ending .csv or .csv.gz.
bool named_as_csv(const std::filesystem::path& file);

}  // namespace convoy
