#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "convoy/dataset.h"
#include "core/open_table.h"
#include "data/kinds.h"

namespace convoy {

/// One row of the table of data-set kinds: "idx", "image_folder".
struct DatasetType {
  TypeSchema schema;
  std::function<FoundParts(const Settings& data, Need need)> load;
  /// Those that `load` reads, by name.
  std::function<std::vector<std::filesystem::path>(const Settings& data, Need need)> files;
  /// Whether its files are few: each is compared alone, so that a part of the data set can be.
  bool few_files = false;
};
const std::vector<DatasetType>& dataset_types();
/// The same, for a program that adds its own.
OpenTable<DatasetType>& dataset_table();
/// The row of the kind that `data` names. Throws Error{config}.
const DatasetType& dataset_type(const Settings& data);

/// The keys of [data] that all kinds share: validation, limit, shuffle, last_batch, scaling ...
const std::vector<KeySchema>& common_data_keys();

}  // namespace convoy
