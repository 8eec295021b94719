#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "convoy/dataset.h"
#include "core/open_table.h"
#include "data/kinds.h"

namespace convoy {

/// One row of the table of data set kinds: "idx", "image_folder".
struct DatasetType {
  TypeSchema schema;
  /// Reads the needed parts of the data that the settings [data] describe.
  std::function<FoundParts(const Settings& data, Need need)> load;
  /// The files that `load` reads, sorted by name.
  std::function<std::vector<std::filesystem::path>(const Settings& data, Need need)> files;
  /// Whether a data set has few files, so that a resumed run can compare each of them.
  bool few_files = false;
};
/// All kinds, convoy's and the program's own. Closes dataset_table() for additions.
const std::vector<DatasetType>& dataset_types();
/// The table behind dataset_types(), to which a program adds its own kinds.
OpenTable<DatasetType>& dataset_table();
/// The row of the kind that the key `dataset` names. Throws Error{config} for an unknown one.
const DatasetType& dataset_type(const Settings& data);

/// The keys of [data] that all kinds share: path, validation, test_fraction, limit, shuffle, scaling ...
const std::vector<KeySchema>& common_data_keys();

}  // namespace convoy
