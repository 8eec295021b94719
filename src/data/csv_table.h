#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/array_samples.h"
#include "data/kinds.h"

namespace convoy {

/// The columns of a CSV file.
struct CsvColumns {
  Texts head;             ///< the columns' names; empty where the first row is a sample
  std::size_t count = 0;  ///< the number of columns
};

/// Reads the first row, which is the head if a field of it is no number. Throws Error{data} for a file that cannot be
/// read, has no rows, or one column only.
CsvColumns read_csv_columns(const std::filesystem::path& file);

/// The place of the labels' column, from 0: the one that `label` names, or counts from 1 or, negative, from the end. An
/// empty `label` stands for "label", or for the first column where they have no names. Nothing where there is none.
std::optional<std::size_t> label_column(const CsvColumns& columns, const std::string& label);

/// The values and labels of a CSV file, one row for each sample.
struct CsvTable {
  NumberArray values;
  std::vector<int> labels;
};

/// Reads all rows of a file. Throws Error{data}, with line and column, for a field that is not a number, or not a pixel
/// or label, and for rows of different lengths, no rows, and a label's column that does not exist.
CsvTable read_csv_table(const std::filesystem::path& file, const CsvOptions& options);

}  // namespace convoy
