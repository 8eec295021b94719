// The data sets of configs/README.md, made from the bundled digits, through a whole training: what is drawn, that a
// change is noticed, and that a model meets digits of another kind.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "convoy/error.h"
#include "convoy/model_data.h"
#include "convoy/run.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/npy_file.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::npy_file;

namespace {

namespace fs = std::filesystem;

constexpr const char* small_network = R"(
  [train]
  epochs = 1
  [loss]
  type = "softmax_cross_entropy"
  [[layer]]
  type = "flatten"
  [[layer]]
  type = "dense"
  units = UNITS
)";

/// Some of the digits: their pixels, and their labels as bytes.
struct Digits {
  explicit Digits(const Dataset& data, int count = 60) {
    for (int i = 0; i < count; ++i) {
      const auto* first = data.storage().bytes.data() + static_cast<std::size_t>(data.index(i)) * 784;
      pixels.append(reinterpret_cast<const char*>(first), 784);
      labels += static_cast<char>(data.label(i));
    }
  }
  std::string x() const { return npy_file("|u1", "(" + std::to_string(labels.size()) + ", 28, 28)", pixels); }
  std::string y() const { return npy_file("|u1", "(" + std::to_string(labels.size()) + ", 1)", labels); }
  std::string csv(int first_label) const {
    std::string text;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      text += std::to_string(labels[i] + first_label);
      for (std::size_t p = 0; p < 784; ++p) {
        text += ',' + std::to_string(static_cast<unsigned char>(pixels[i * 784 + p]));
      }
      text += '\n';
    }
    return text;
  }

  std::string pixels;
  std::string labels;
};

void write_npz(const fs::path& file, int count = 60) {
  const Digits train(test::mnist().train, count);
  const Digits test(test::mnist().test);
  test::write_zip(
      file,
      {{"x_train.npy", train.x()}, {"y_train.npy", train.y()}, {"x_test.npy", test.x()}, {"y_test.npy", test.y()}});
}

void write_medmnist(const fs::path& folder) {
  fs::create_directories(folder);
  for (const char* part : {"train", "val", "test"}) {
    const Digits digits(std::string(part) == "test" ? test::mnist().test : test::mnist().train);
    test::write(folder / (std::string(part) + "_images.npy"), digits.x());
    test::write(folder / (std::string(part) + "_labels.npy"), digits.y());
  }
}

std::string kaggle_head() {
  std::string head = "pixel0";
  for (int p = 1; p < 784; ++p) head += ",pixel" + std::to_string(p);
  return head + "\n";
}

void write_kaggle(const fs::path& folder) {
  fs::create_directories(folder);
  test::write(folder / "train.csv", "label," + kaggle_head() + Digits(test::mnist().train).csv(0));
  test::write(folder / "test.csv", kaggle_head());
}

void write_emnist(const fs::path& folder) {
  fs::create_directories(folder);
  test::write(folder / "emnist-letters-train.csv", Digits(test::mnist().train).csv(1));
  test::write(folder / "emnist-letters-test.csv", Digits(test::mnist().test).csv(1));
}

/// Images of one grey each, of which the first label has their group and the second their class.
void write_cifar(const fs::path& folder) {
  fs::create_directories(folder);
  std::string records;
  std::string names;
  for (int i = 0; i < 20; ++i) {
    names += "group " + std::to_string(i) + "\n";
    for (int class_number = 0; class_number < 3; ++class_number) {
      records += static_cast<char>(i);
      records += static_cast<char>(5 * i + class_number);
      records += std::string(3072, static_cast<char>(12 * i));
    }
  }
  for (const char* name : {"train.bin", "test.bin"}) test::write(folder / name, records);
  test::write(folder / "coarse_label_names.txt", names);
}

/// What writes the data of an example, and the file of it whose last byte a test changes.
struct Example {
  std::function<void(const fs::path&)> write;
  std::string changed;
  std::string units = "10";
  bool has_test = true;
};

const std::map<std::string, Example>& examples() {
  static const std::map<std::string, Example> all = {
      {"mnist.npz", {[](const fs::path& file) { write_npz(file); }, "mnist.npz"}},
      {"medmnist", {write_medmnist, "medmnist/train_labels.npy"}},
      {"digit-recognizer", {write_kaggle, "digit-recognizer/train.csv", "10", false}},
      {"emnist", {write_emnist, "emnist/emnist-letters-train.csv"}},
      {"cifar-100-binary", {write_cifar, "cifar-100-binary/train.bin", "20"}},
  };
  return all;
}

/// The [data] of each example in configs/README.md, by its path.
std::map<std::string, std::string> documented() {
  const std::string page = test::contents("configs/README.md");
  const std::size_t begin = page.find("## Data of other kinds");
  REQUIRE(begin != std::string::npos);
  const std::string passage = page.substr(begin, page.find("\n## ", begin + 1) - begin);
  std::map<std::string, std::string> found;
  for (std::size_t at = passage.find("```toml\n"); at != std::string::npos; at = passage.find("```toml\n", at + 1)) {
    const std::string block = passage.substr(at + 8, passage.find("```", at + 8) - at - 8);
    const std::size_t path = block.find("path = \"") + 8;
    found[block.substr(path, block.find('"', path) - path)] = block;
  }
  return found;
}

Config config_for(const std::string& data, const Example& example, const fs::path& folder) {
  std::string network = small_network;
  network.replace(network.find("UNITS"), 5, example.units);
  return parse_config(data + network, "small.toml", folder);
}

/// Adds a sample, or changes one.
void change(const fs::path& file) {
  if (file.extension() == ".npz") return write_npz(file, 61);
  std::string bytes = test::contents(file);
  if (file.extension() == ".csv") {
    bytes += bytes.substr(bytes.rfind('\n', bytes.size() - 2) + 1);
  } else {
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
  }
  test::write(file, bytes);
}

}  // namespace

TEST_CASE("each example of configs/README.md's data trains, and its run notices a change of them") {
  const std::map<std::string, std::string> blocks = documented();
  CHECK(blocks.size() == examples().size());
  for (const auto& entry : blocks) {
    const std::string& path = entry.first;
    INFO(path);
    REQUIRE(examples().contains(path));
    const Example& example = examples().at(path);
    const test::TemporaryFolder folder;
    example.write(folder.path() / path);
    const Config config = config_for(entry.second, example, folder.path());
    const DataSplits data = load_data(config.data, 1);
    CHECK(data.train.size() + (example.has_test ? 0 : data.test.size()) == 60);
    CHECK(data.test.size() == (example.has_test ? 60 : 12));
    const fs::path run = train_run(config, {.folder = folder.path() / "run"}).folder;
    CHECK(load_model_data(run / "best.safetensors", {}).data.size() == data.test.size());
    change(folder.path() / example.changed);
    CHECK(contains(test::error_of(ErrorKind::data, [&] { resume_run(run, {}); }),
                   "not the data that the checkpoint was trained on: " + fs::path(example.changed).filename().string() +
                       " has other contents"));
  }
}

TEST_CASE("the digits are the same ones from whichever kind of file they are read") {
  const test::TemporaryFolder folder;
  write_npz(folder.path() / "mnist.npz");
  write_kaggle(folder.path() / "digit-recognizer");
  const auto read = [&](const std::string& path) {
    const std::string data = documented().at(path);
    return load_data(config_for(data + "test_fraction = 0.1\n", examples().at(path), folder.path()).data, 1);
  };
  const Digits digits(test::mnist().train);
  for (const char* path : {"mnist.npz", "digit-recognizer"}) {
    const Dataset train = read(path).train;
    const Dataset::Storage& storage = train.storage();
    CHECK(std::ranges::equal(storage.bytes, digits.pixels,
                             [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }));
    CHECK(std::ranges::equal(storage.labels, digits.labels));
    CHECK(storage.shape == Shape{28, 28, 1});
  }
}

TEST_CASE("validation, a limit and inverting work on other kinds as on idx") {
  const test::TemporaryFolder folder;
  write_npz(folder.path() / "mnist.npz");
  write_kaggle(folder.path() / "digit-recognizer");
  test::write_small_idx(folder.path() / "idx", 60);
  const std::string keys = "validation = 0.25\nlimit = 30\ninvert = true\n";
  const auto read = [&](const std::string& data) {
    return load_data(config_for(data + keys, {}, folder.path()).data, 7);
  };
  const DataSplits idx = read("[data]\npath = \"idx\"\n");
  const DataSplits npz = read(documented().at("mnist.npz"));
  REQUIRE(idx.train.size() == 30);
  REQUIRE(npz.train.size() == 30);
  CHECK(npz.validation.size() == 15);
  CHECK(npz.train.storage().bytes == idx.train.storage().bytes);
  for (int i = 0; i < 30; ++i) CHECK(npz.train.index(i) == idx.train.index(i));
  for (int i = 0; i < 15; ++i) CHECK(npz.validation.index(i) == idx.validation.index(i));
  const DataSplits csv = read(documented().at("digit-recognizer"));
  CHECK(csv.test.size() == 12);
  CHECK(csv.validation.size() == 12);
  CHECK(csv.train.size() == 30);
  CHECK(csv.train.storage().bytes == idx.train.storage().bytes);
}

TEST_CASE("a model that was trained on idx files meets an .npz file and rows of a CSV file") {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "idx", 60);
  const Config config = config_for("[data]\npath = \"idx\"\nprefix = \"\"\n", {}, folder.path());
  const fs::path model = train_run(config, {.folder = folder.path() / "run"}).folder / "best.safetensors";
  write_npz(folder.path() / "mnist.npz");
  test::write(folder.path() / "mine.csv", Digits(test::mnist().test).csv(0));
  for (const char* name : {"mnist.npz", "mine.csv"}) {
    const Dataset data = load_model_data(model, {.folder = (folder.path() / name).string()}).data;
    CHECK(data.size() == 60);
    CHECK(data.shape() == Shape{28, 28, 1});
    CHECK(data.storage().bytes == load_model_data(model, {}).data.storage().bytes);
  }
}

TEST_CASE("a test part of another shape or of floats is refused") {
  const test::TemporaryFolder folder;
  const Digits digits(test::mnist().train, 20);
  const auto error = [&](const std::string& test_images) {
    test::write_zip(folder.path() / "x.npz", {{"x_train.npy", digits.x()},
                                              {"y_train.npy", digits.y()},
                                              {"x_test.npy", test_images},
                                              {"y_test.npy", npy_file("|u1", "(1,)", "\5")}});
    const Config config = config_for("[data]\ndataset = \"numpy\"\npath = \"x.npz\"\n", {}, folder.path());
    return test::error_of(ErrorKind::data, [&] { load_data(config.data, 1); });
  };
  CHECK(contains(error(npy_file("|u1", "(1, 1, 2)", "ab")),
                 "x.npz: test samples are 1x2x1 bytes, training samples 28x28x1 bytes"));
  CHECK(contains(error(npy_file("<f4", "(1, 28, 28)", std::string(784 * 4, '\0'))),
                 "x.npz: test samples are 28x28x1 floats, training samples 28x28x1 bytes"));
}
