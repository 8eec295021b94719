#include "data/registry.h"

#include <algorithm>

#include "convoy/error.h"
#include "data/divide.h"
#include "data/feeding.h"

namespace convoy {
namespace {

IdxOptions idx_options(const Settings& data) {
  return {.prefix = data.text("prefix"),
          .transpose = data.flag("transpose"),
          .invert = data.flag("invert"),
          .first_label = data.integer("first_label"),
          .hint = data.text("hint")};
}

FoundParts load_idx_kind(const Settings& data, Need need) {
  return load_idx(data.text("path"), idx_options(data), need);
}

std::vector<std::filesystem::path> files_of_idx_kind(const Settings& data, Need need) {
  return files_of_idx(data.text("path"), idx_options(data), need);
}

FoundParts load_image_folder_kind(const Settings& data, Need need) {
  const auto [height, width] = data.pair("image_size");
  return load_image_folder(data.text("path"),
                           {.shape = {height, width, data.integer("channels")},
                            .image = {.invert = data.flag("invert"), .fit = data.text("fit")},
                            .skip_bad = data.text("on_bad_image") == "skip",
                            .hint = data.text("hint")},
                           need);
}

std::vector<std::filesystem::path> files_of_image_folder_kind(const Settings& data, Need need) {
  return files_of_image_folder(data.text("path"), need);
}

}  // namespace

const std::vector<DatasetType>& dataset_types() {
  static const std::vector<DatasetType> types = {
      {{"idx",
        "A folder of idx files, raw or .gz, named as MNIST's or with more before it, as EMNIST's.",
        {{.name = "prefix",
          .kind = Kind::text,
          .fallback = Value{std::string()},
          .doc = "What the names of the files begin with, \"emnist-letters\", where the folder has several data sets."},
         {.name = "transpose",
          .kind = Kind::flag,
          .fallback = Value{false},
          .doc = "Exchange rows and columns of each image: EMNIST's are stored that way."},
         {.name = "first_label",
          .kind = Kind::integer,
          .fallback = Value{std::int64_t{0}},
          .doc = "The label of the first class: 1 for EMNIST's letters, whose labels go from 1 to 26.",
          .min = 0,
          .max = 1}}},
       load_idx_kind,
       files_of_idx_kind},
      {{"image_folder",
        "A folder with one subfolder of images a class, or with train/, val/ and test/ that have them; images may lie "
        "deeper.",
        {{.name = "image_size",
          .kind = Kind::pair,
          .fallback = Value{std::int64_t{28}},
          .doc = "Height and width that every image is resized to.",
          .min = 1,
          .max = 4096},
         {.name = "channels",
          .kind = Kind::integer,
          .fallback = Value{std::int64_t{1}},
          .doc = "1 turns images to grey, 3 to colour.",
          .values = {1, 3}},
         {.name = "fit",
          .kind = Kind::choice,
          .fallback = Value{std::string("stretch")},
          .doc =
              "How images get their size: stretched; with their proportions, padded with the colour of their border; "
              "or as photos of one digit, prepared as MNIST's were: light on dark, cut out, centred.",
          .choices = image_fits()},
         {.name = "on_bad_image",
          .kind = Kind::choice,
          .fallback = Value{std::string("error")},
          .doc = "What an image that cannot be read is: an error that lists the first ten, or skipped and counted.",
          .choices = {"error", "skip"}}}},
       load_image_folder_kind,
       files_of_image_folder_kind},
  };
  return types;
}

const std::vector<KeySpec>& common_data_keys() {
  static const std::vector<KeySpec> keys = [] {
    std::vector<KeySpec> all = {
        {.name = "path",
         .kind = Kind::text,
         .fallback = {},
         .doc = "The data's folder, relative to the configuration file.",
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
        {.name = "invert",
         .kind = Kind::flag,
         .fallback = Value{false},
         .doc = "Turn dark on light images into light on dark."},
        {.name = "hint",
         .kind = Kind::text,
         .fallback = Value{std::string()},
         .doc = "What to tell a user whose data is missing."},
    };
    const std::vector<KeySpec> feeding = feeding_fields().keys();
    all.insert(all.end() - 2, feeding.begin(), feeding.end());  // after limit
    return all;
  }();
  return keys;
}

const DatasetType& dataset_type(const Settings& data) {
  const auto& types = dataset_types();
  const std::string& kind = data.text("dataset");
  const auto row = std::ranges::find(types, kind, [](const DatasetType& type) { return type.spec.name; });
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
