#include "data/registry.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/random.h"
#include "core/text.h"
#include "data/kinds.h"

namespace convoy {
namespace {

DataSplits load_idx_kind(const Settings& data, std::uint64_t) { return load_idx(data.text("path"), data.text("hint")); }

DataSplits load_image_folder_kind(const Settings& data, std::uint64_t seed) {
  const auto [height, width] = data.pair("image_size");
  ImageFolderOptions options;
  options.shape = {height, width, data.integer("channels")};
  options.image = {.invert = data.flag("invert"), .fit = data.text("fit")};
  options.test_fraction = data.number("test_fraction");
  options.seed = seed;
  options.hint = data.text("hint");
  return load_image_folder(data.text("path"), options);
}

/// Sets `count` training samples aside, drawn by the seed: the first ones may come from other writers than the last.
void split_off_validation(DataSplits& splits, int count, std::uint64_t seed) {
  const int size = splits.train.size();
  if (count >= size) {
    throw Error(ErrorKind::data, splits.train.storage().source + ": " + std::to_string(count) +
                                     " validation samples of only " + std::to_string(size) + " training samples");
  }
  std::vector<int> order = draw(size, count, Random(seed, Purpose::split));
  const auto middle = order.begin() + count;
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  const std::span<const int> view(order);
  splits.validation = splits.train.select(view.first(static_cast<std::size_t>(count)));
  splits.train = splits.train.select(view.subspan(static_cast<std::size_t>(count)));
}

}  // namespace

const std::vector<DatasetType>& dataset_types() {
  static const std::vector<DatasetType> types = {
      {{"idx", "A folder of idx files, raw or .gz, named as MNIST's.", {}}, load_idx_kind},
      {{"image_folder",
        "A folder with one subfolder of images a class, or with train/ and test/ that have them.",
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
          .min = 1,
          .max = 3},
         {.name = "fit",
          .kind = Kind::choice,
          .fallback = Value{std::string("stretch")},
          .doc =
              "How images get their size: stretched; with their proportions, padded with the colour of their border; "
              "or as photos of one digit, prepared as MNIST's were: light on dark, cut out, centred.",
          .choices = image_fits()},
         {.name = "test_fraction",
          .kind = Kind::number,
          .fallback = Value{0.2},
          .doc = "The share of the images set aside for testing where there is no test/ folder.",
          .min = 0.001,
          .max = 0.999}}},
       load_image_folder_kind},
  };
  return types;
}

const std::vector<KeySpec>& common_data_keys() {
  static const std::vector<KeySpec> keys = {
      {.name = "path",
       .kind = Kind::text,
       .fallback = {},
       .doc = "The data's folder, relative to the configuration file.",
       .required = true},
      {.name = "validation",
       .kind = Kind::integer,
       .fallback = Value{std::int64_t{0}},
       .doc = "So many training samples are set aside, drawn by the seed, to choose the best epoch.",
       .min = 0},
      {.name = "limit",
       .kind = Kind::integer,
       .fallback = Value{std::int64_t{0}},
       .doc = "Train on the first so many samples only; 0 for all.",
       .min = 0},
      {.name = "shuffle", .kind = Kind::flag, .fallback = Value{true}, .doc = "Train in a new order each epoch."},
      {.name = "last_batch",
       .kind = Kind::choice,
       .fallback = Value{std::string("keep")},
       .doc = "What happens to a smaller last batch: trained, dropped or merged into the one before.",
       .choices = {"keep", "drop", "merge"}},
      {.name = "scaling",
       .kind = Kind::choice,
       .fallback = Value{std::string("unit")},
       .doc =
           "How bytes become inputs: divided by 255, to mean 0 and deviation 1 by channel, to 1 above 127 and else 0, "
           "or as they are.",
       .choices = {"unit", "standard", "binary", "none"}},
      {.name = "invert",
       .kind = Kind::flag,
       .fallback = Value{false},
       .doc = "Turn dark on light images into light on dark."},
      {.name = "hint",
       .kind = Kind::text,
       .fallback = Value{std::string()},
       .doc = "What to tell a user whose data is missing."},
  };
  return keys;
}

DataSplits load_data(const Settings& data, std::uint64_t seed) {
  const auto& types = dataset_types();
  const std::string& kind = data.text("dataset");
  const auto row = std::ranges::find(types, kind, [](const DatasetType& type) { return type.spec.name; });
  if (row == types.end()) throw Error(ErrorKind::config, "unknown data set kind \"" + kind + "\"");
  DataSplits splits = row->load(data, seed);
  const int validation = data.integer("validation");
  const int limit = data.integer("limit");
  if (validation > 0) split_off_validation(splits, validation, seed);
  if (limit > 0 && limit < splits.train.size()) splits.train = splits.train.slice(0, limit);
  return splits;
}

}  // namespace convoy
