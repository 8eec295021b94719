#include "convoy/starter.h"

#include <algorithm>
#include <span>

#include "config/catalog.h"
#include "config/commented.h"
#include "convoy/config.h"
#include "convoy/dataset.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/model.h"
#include "convoy/model_data.h"
#include "core/name_text.h"
#include "data/decode.h"
#include "data/folder_layout.h"
#include "data/image_files.h"
#include "io/atomic_file.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// How to read a folder of data: as idx files, else as images of this size.
struct Reading {
  std::string kind = "image_folder";
  std::int64_t height = 0, width = 0, channels = 1;  ///< of images in folders
};

/// Reads some 100 training images, spread evenly over the folder, in their original size. Files that cannot be read are
/// passed over; training reports them.
std::vector<Image> some_images(const fs::path& folder) {
  constexpr std::size_t most = 100;
  const FolderLayout layout = layout_of(folder);
  std::vector<fs::path> files;
  for (const ClassFiles& one : find_images(layout.train.empty() ? folder : layout.train).classes) {
    files.insert(files.end(), one.files.begin(), one.files.end());
  }
  std::vector<Image> images;
  const std::size_t stride = std::max<std::size_t>(1, files.size() / most);
  for (std::size_t i = 0; i < files.size(); i += stride) {
    try {
      images.push_back(decode_image(files[i], 3));
    } catch (const Error&) {
    }
  }
  return images;
}

/// Whether all pixels have equal red, green and blue.
bool is_grey(const Image& image) {
  for (std::span<const std::uint8_t> rest(image.pixels); !rest.empty(); rest = rest.subspan(3)) {
    if (rest[0] != rest[1] || rest[0] != rest[2]) return false;
  }
  return true;
}

/// Sets the size to train on: that of the images where all are equal and at most 64 pixels, else a square of 64 or 32
/// that a CPU trains on in reasonable time.
void choose_size(Reading& reading, const std::vector<Image>& images) {
  constexpr int small = 64;
  const Image& first = images.front();
  const bool alike = std::ranges::all_of(
      images, [&](const Image& image) { return image.height == first.height && image.width == first.width; });
  if (alike && std::max(first.height, first.width) <= small) {
    reading.height = first.height;
    reading.width = first.width;
    return;
  }
  std::vector<int> sides;
  for (const Image& image : images) sides.push_back(std::min(image.height, image.width));
  std::ranges::sort(sides);
  reading.height = reading.width = sides[sides.size() / 2] >= small ? small : 32;
}

/// Decides how to read the folder from its files. Throws Error{data} where it holds no data set.
Reading reading_for(const fs::path& folder) {
  Reading reading{.kind = dataset_kind_of(folder)};
  if (reading.kind != "image_folder") return reading;
  const std::vector<Image> images = some_images(folder);
  if (images.empty()) return {.height = 32, .width = 32};  // reading the data set tells why
  reading.channels = std::ranges::all_of(images, is_grey) ? 1 : 3;
  choose_size(reading, images);
  return reading;
}

/// Adds the section [data]; with a validation share where the data have no validation part.
void write_data(CommentedToml& toml, const Reading& reading, const std::string& path, bool validated) {
  toml.add_section("data", reading.kind);
  toml.add_key("path", name_text(path));
  if (reading.kind == "image_folder") {
    if (reading.height == reading.width) {
      toml.add_key("image_size", reading.height);
    } else {
      toml.add_key("image_size", Integers{reading.height, reading.width});
    }
    toml.add_key("channels", reading.channels);
  }
  if (!validated) toml.add_key("validation", 0.1);
}

constexpr int least_side = 4;  ///< pixels; smaller inputs get no convolution

int shorter_side(const Shape& shape) { return std::min(shape[0], shape[1]); }

/// Adds the section [train]: 5 to 40 epochs, so that a small data set gets some 1500 steps.
void write_train(CommentedToml& toml, int images, bool normed) {
  constexpr int steps = 1500;
  const int batch = images < 500 ? 16 : 32;
  toml.add_section("train");
  toml.add_key("epochs", std::int64_t{std::clamp(steps * batch / images, 5, 40)});
  toml.add_key("batch_size", std::int64_t{batch});
  if (normed) toml.add_key("recalibrate", std::int64_t{2000});
}

/// Adds the layers: up to three blocks of conv2d, batch_norm and max_pool2d, then one dense layer.
void write_layers(CommentedToml& toml, const Shape& shape, int classes) {
  int side = shorter_side(shape);
  for (std::int64_t filters = 32; filters <= 128 && side >= least_side; filters *= 2, side /= 2) {
    toml.add_section("layer", "conv2d");
    toml.add_key("filters", filters);
    toml.add_key("kernel", std::int64_t{3});
    toml.add_key("padding", std::string("same"));
    toml.add_key("activation", std::string("relu"));
    toml.add_section("layer", "batch_norm");
    toml.add_section("layer", "max_pool2d");
    toml.add_key("pool", std::int64_t{2});
  }
  toml.add_section("layer", "flatten");
  toml.add_section("layer", "dropout");
  toml.add_key("rate", 0.25);
  toml.add_section("layer", "dense");
  toml.add_key("units", std::int64_t{classes});
  toml.add_key("activation", std::string("softmax"));
}

/// Loads the data of the folder as `reading` says. Throws Error{data}.
DataSplits load(const Reading& reading, const fs::path& folder) {
  CommentedToml toml(catalog());
  write_data(toml, reading, fs::absolute(folder).string(), true);
  const Config config =
      parse_config(toml.text() + "[[layer]]\ntype = \"flatten\"\n", folder.string(), fs::current_path());
  return load_data(config.data, 0);
}

/// "900 training images of 3 classes, 64x64x3"
std::string in_words(const DataSplits& data) {
  return std::to_string(data.train.size()) + " training images of " + std::to_string(data.train.classes()) +
         " classes, " + data.train.shape().text();
}

/// The whole configuration, for `file`, with `path` as data.path.
std::string text_of(const Reading& reading, const DataSplits& data, const fs::path& path, const fs::path& file) {
  CommentedToml toml(catalog());
  toml.add_comment("A first network for " + in_words(data) + ".");
  toml.add_comment("");
  toml.add_comment("    convoy train " + shown(file.string()));
  toml.add_comment("");
  toml.add_comment(
      "convoy config explain KEY tells more of a key; convoy config explain data, train, layer ... lists all.");
  const Dataset& train = data.train;
  write_data(toml, reading, path.string(), !data.validation.empty());
  write_train(toml, train.size(), shorter_side(train.shape()) >= least_side);
  toml.add_section("optimizer", "adam");
  toml.add_key("learning_rate", 1e-3);
  toml.add_section("loss", "softmax_cross_entropy");
  write_layers(toml, train.shape(), train.classes());
  return toml.text();
}

}  // namespace

Starter write_starter(const fs::path& data, const fs::path& file, bool replace) {
  std::error_code error;
  if (!replace && fs::exists(fs::symlink_status(file, error))) {
    throw Error(ErrorKind::config, file.string() + ": is there already; --force replaces it");
  }
  const Reading reading = reading_for(data);
  const DataSplits splits = load(reading, data);
  const fs::path folder = fs::absolute(file).parent_path();
  fs::path path = fs::relative(data, folder, error);
  if (path.empty()) path = fs::absolute(data);
  Starter starter{text_of(reading, splits, path, file), in_words(splits)};
  Model::from_config(parse_config(starter.toml, file.string(), folder), splits.train.shape(), 1);  // it must train
  write_file_atomically(file, starter.toml);
  return starter;
}

}  // namespace convoy
