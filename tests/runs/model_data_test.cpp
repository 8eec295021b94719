#include "convoy/model_data.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "convoy/error.h"
#include "convoy/run.h"
#include "data/png.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

constexpr int digit_images = 120;

/// A model that was trained on the first digits of MNIST, which have numbers for classes.
struct Trained {
  Trained() {
    test::write_small_idx(folder.path() / "digits", digit_images);
    const Config config = parse_config(R"(
      name = "small"
      [data]
      path = "digits"
      validation = 20
      [train]
      epochs = 1
      [optimizer]
      type = "adam"
      [loss]
      type = "softmax_cross_entropy"
)" + test::dense_network,
                                       "small.toml", folder.path());
    model = train_run(config, {.folder = folder.path() / "run"}).model;
  }

  test::TemporaryFolder folder;
  fs::path model;
};

const Trained& trained() {
  static const Trained one;
  return one;
}

/// The first images of MNIST's test set with that label, as PNG files.
void write_class(const fs::path& folder, int label, int count) {
  const Dataset& data = test::mnist().test;
  fs::create_directories(folder);
  for (int i = 0, written = 0; written < count; ++i) {
    if (data.label(i) != label) continue;
    const auto* pixels = data.storage().bytes.data() + static_cast<std::size_t>(data.index(i)) * 784;
    test::write(folder / (std::to_string(i) + ".png"), png({pixels, pixels + 784}, {28, 28}, 1));
    ++written;
  }
}

int label_count(const Dataset& data, int label) {
  int count = 0;
  for (int i = 0; i < data.size(); ++i) count += data.label(i) == label ? 1 : 0;
  return count;
}

Dataset load(const ModelDataOptions& options) { return load_model_data(trained().model, options).data; }

}  // namespace

TEST_CASE("a folder shows what kind of data set it holds") {
  const test::TemporaryFolder folder;
  const auto kind = [&](const std::string& name) { return dataset_kind_of(folder.path() / name); };
  for (const char* name : {"empty", "unpacked/t10k-images-idx3-ubyte", "plain", "gz", "images/cat", "npz", "csv", "bin",
                           "archive/cifar-10-batches-bin"})
    fs::create_directories(folder.path() / name);
  test::write(folder.path() / "plain" / "letters", std::string("\0\0\x08\x01\0\0\0\0", 8));
  test::write(folder.path() / "gz" / "emnist-letters-test-images-idx3-ubyte.gz", "");
  test::write(folder.path() / "empty" / "notes.txt", "no data");
  CHECK(kind("plain") == "idx");
  CHECK(kind("gz") == "idx");
  CHECK(kind("unpacked") == "idx");  // as an archive unpacked each file into a folder of its name
  CHECK(kind("images") == "image_folder");
  test::write(folder.path() / "npz" / "mnist.npz", "");
  test::write(folder.path() / "csv" / "train.csv.gz", "");
  test::write(folder.path() / "bin" / "data_batch_1.bin", "");
  test::write(folder.path() / "images" / "train.csv", "");
  CHECK(kind("npz") == "numpy");
  CHECK(kind("npz/mnist.npz") == "numpy");
  CHECK(kind("csv") == "csv");
  CHECK(kind("csv/train.csv.gz") == "csv");
  CHECK(kind("bin") == "cifar");
  CHECK(kind("archive") == "cifar");
  CHECK(kind("images") == "image_folder");  // its table tells of the images
  CHECK_THROWS_AS(kind("empty/notes.txt"), Error);
  CHECK_THROWS_WITH_AS(kind("empty"),
                       (folder.path() / "empty")
                           .string()
                           .append(": expected idx files, NumPy's arrays, CIFAR's .bin files, CSV files, or a "
                                   "subfolder of images for each class")
                           .c_str(),
                       Error);
  CHECK_THROWS_AS(kind("missing"), Error);
}

TEST_CASE("of a model's own data only the split is read that is asked for") {
  CHECK(load({}).size() == digit_images);
  CHECK(load({.split = "validation"}).size() == 20);
  CHECK(load({.split = "train"}).size() == digit_images - 20);
  CHECK_THROWS_AS(load({.split = "tset"}), Error);
}

TEST_CASE("test files alone are enough") {
  const test::TemporaryFolder folder;
  for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    fs::copy(trained().folder.path() / "digits" / name, folder.path() / name);
  const Dataset found = load({.folder = folder.path().string()});
  CHECK(found.size() == digit_images);
  Model model = Model::load(trained().model);
  CHECK(model.evaluate(found).accuracy == model.evaluate(load({})).accuracy);
}

TEST_CASE("a folder of images is evaluated whole, in the shape that the model takes, by the names of its classes") {
  const test::TemporaryFolder folder;
  write_class(folder.path() / "7", 7, 3);
  write_class(folder.path() / "1", 1, 2);
  const Dataset found = load({.folder = folder.path().string()});
  CHECK(found.size() == 5);
  CHECK(found.shape() == Shape{28, 28, 1});
  REQUIRE(found.storage().files.size() == 5);
  CHECK(fs::exists(found.storage().files[0]));
  const Dataset numbered = found.with_classes({}, 10);
  CHECK(label_count(numbered, 7) == 3);
  CHECK(label_count(numbered, 1) == 2);

  fs::rename(folder.path() / "7", folder.path() / "seven");
  Model model = Model::load(trained().model);
  CHECK_THROWS_AS(model.evaluate(load({.folder = folder.path().string()})), Error);
  fs::remove_all(folder.path() / "seven");
  CHECK(load({.folder = folder.path().string()}).size() == 2);  // one class is enough to look at
}

TEST_CASE("of a divided folder the test part is evaluated") {
  const test::TemporaryFolder folder;
  write_class(folder.path() / "test" / "3", 3, 2);
  write_class(folder.path() / "train" / "3", 3, 1);
  write_class(folder.path() / "train" / "4", 4, 1);
  CHECK(load({.folder = folder.path().string()}).size() == 2);
  fs::remove_all(folder.path() / "train");
  CHECK(load({.folder = folder.path().string()}).size() == 2);
}

TEST_CASE("keys of [data] may be overridden, and no others") {
  const std::string digits_folder = (trained().folder.path() / "digits").string();
  const Dataset plain = load({});
  const Dataset turned = load({.folder = digits_folder, .overrides = {"data.transpose=true"}});
  for (std::size_t i = 0; i < 784; ++i) {
    CHECK(turned.storage().bytes[i] == plain.storage().bytes[i % 28 * 28 + i / 28]);
  }
  CHECK_THROWS_WITH_AS(load({.overrides = {"train.epochs=3"}}),
                       "-s train.epochs=3: expected a key of [data], as in data.transpose=true", Error);
  CHECK_THROWS_AS(load({.overrides = {"data.transpos=true"}}), Error);
  CHECK_THROWS_AS(load({.folder = digits_folder, .dataset = "ixd"}), Error);
  CHECK_THROWS_AS(load({.folder = digits_folder, .dataset = "image_folder"}), Error);
}
