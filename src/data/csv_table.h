#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/array_samples.h"
#include "data/kinds.h"

namespace convoy {

/// What the columns of a CSV file are.
struct CsvColumns {
  Texts head;             ///< their names; empty where the first row is a sample
  std::size_t count = 0;  ///< of columns
};

/// Looks at the first row: it is the head if it has anything but numbers. Throws Error{data} for a file without rows
/// and for one column.
CsvColumns read_csv_columns(const std::filesystem::path& file);

/// The place of the label: of the column that `label` names or counts, from 1 or, negative, from the end; without it of
/// "label", or the first where the columns have no names. Empty where there is none.
std::optional<std::size_t> label_column(const CsvColumns& columns, const std::string& label);

/// Values and labels, a row a sample.
struct CsvTable {
  NumberArray values;
  std::vector<int> labels;
};

/// Reads all rows. Throws Error{data}, with line and column, for what is no number, or no pixel or label.
CsvTable read_csv_table(const std::filesystem::path& file, const CsvOptions& options);

}  // namespace convoy
