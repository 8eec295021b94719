#include "data/registry.h"

#include <algorithm>
#include <utility>

#include "convoy/error.h"
#include "data/divide.h"
#include "data/feeding.h"

namespace convoy {
namespace {

/// The row of a kind with functions that read the needed parts, and that name the files read.
template <class Options>
DatasetType row(const Described<Options>& described,
                FoundParts (*load)(const std::filesystem::path&, const Options&, Need),
                std::vector<std::filesystem::path> (*files)(const std::filesystem::path&, const Options&, Need)) {
  return {{described.name, described.doc, described.fields.keys()},
          [&described, load](const Settings& data, Need need) {
            return load(data.text("path"), described.read(data), need);
          },
          [&described, files](const Settings& data, Need need) {
            return files(data.text("path"), described.read(data), need);
          }};
}

/// The row of a kind whose parts are separate files, with the function that finds them.
template <class Options>
DatasetType row(const Described<Options>& described, DataParts (*parts)(const std::filesystem::path&, const Options&)) {
  return {{described.name, described.doc, described.fields.keys()},
          [&described, parts](const Settings& data, Need need) {
            return read_parts(parts(data.text("path"), described.read(data)), need);
          },
          [&described, parts](const Settings& data, Need need) {
            return files_of_parts(parts(data.text("path"), described.read(data)), need);
          },
          true};
}

}  // namespace

OpenTable<DatasetType>& dataset_table() {
  static OpenTable<DatasetType> table("data set",
                                      {
                                          row(described_idx(), parts_of_idx),
                                          row(described_image_folder(), load_image_folder, files_of_image_folder),
                                          row(described_numpy(), parts_of_numpy),
                                          row(described_cifar(), parts_of_cifar),
                                          row(described_csv(), parts_of_csv),
                                      });
  return table;
}

const std::vector<DatasetType>& dataset_types() { return dataset_table().read(); }

const std::vector<KeySchema>& common_data_keys() {
  static const std::vector<KeySchema> keys = [] {
    std::vector<KeySchema> all = {
        {.name = "path",
         .kind = Kind::text,
         .fallback = {},
         .doc = "The data's folder, of numpy and csv also a file, relative to the configuration file.",
         .required = true},
        {.name = "validation",
         .kind = Kind::amount,
         .fallback = Value{std::int64_t{0}},
         .doc =
             "So many training samples, or this share of them, are set aside to choose the best epoch: of each class "
             "its share, drawn by the seed.",
         .min = 0},
        {.name = "test_fraction",
         .kind = Kind::number,
         .fallback = Value{0.2},
         .doc =
             "The share of the training samples set aside for testing where the data has no test part: of each class "
             "its share, drawn by the seed.",
         .min = 0.001,
         .max = 0.999},
        {.name = "limit",
         .kind = Kind::integer,
         .fallback = Value{std::int64_t{0}},
         .doc = "Train on so many samples only, of each class its share, drawn by the seed; 0 for all.",
         .min = 0},
    };
    for (KeySchema& key : feeding_fields().keys()) all.push_back(std::move(key));
    for (KeySchema& key : folder_fields<IdxOptions>().keys()) all.push_back(std::move(key));
    return all;
  }();
  return keys;
}

const DatasetType& dataset_type(const Settings& data) {
  const auto& types = dataset_types();
  const std::string& kind = data.text("dataset");
  const auto row = std::ranges::find(types, kind, [](const DatasetType& type) { return type.schema.name; });
  if (row == types.end()) throw Error(ErrorKind::config, "unknown data set kind \"" + kind + "\"");
  return *row;
}

DataSplits load_data(const Settings& data, std::uint64_t seed, Need need) {
  if (data.text("path").empty()) {
    const std::string where = data.where("path");
    throw Error(ErrorKind::config, (where.empty() ? "" : where + ": ") + "data.path is empty, expected a folder");
  }
  return divide(dataset_type(data).load(data, need), data, seed, need);
}

}  // namespace convoy
