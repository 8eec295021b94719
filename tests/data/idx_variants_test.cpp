// Idx files as data sets other than MNIST have them.

#include <doctest/doctest.h>

#include <bit>
#include <filesystem>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "data/kinds.h"
#include "support/bytes.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/idx_file.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::big_endian;
using test::Bytes;
using test::contains;
using test::idx_file;

namespace {

namespace fs = std::filesystem;

/// Two training images of 2 x 3 pixels, "abcdef" and "ghijkl", and one for testing, in a folder of their own.
struct WideImages : test::TemporaryFolder {
  explicit WideImages(const std::string& prefix = "", const std::string& test = "t10k") {
    write(prefix + "train-images-idx3-ubyte", idx_file({2, 2, 3}, "abcdefghijkl"));
    write(prefix + "train-labels-idx1-ubyte", idx_file({2}, std::string("\0\1", 2)));
    write(prefix + test + "-images-idx3-ubyte", idx_file({1, 2, 3}, "uvwxyz"));
    write(prefix + test + "-labels-idx1-ubyte", idx_file({1}, "\1"));
  }
  void write(const std::string& name, const std::string& bytes) const { test::write(path() / name, bytes); }
  void write_images(const std::string& bytes) const { write("train-images-idx3-ubyte", bytes); }

  DataSplits load(const IdxOptions& options = {}) const {
    return read_parts(parts_of_idx(path(), options), Need::all).splits;
  }
  std::string error(const IdxOptions& options = {}) const {
    return test::error_of([&] { load(options); });
  }
};

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("files named as EMNIST's and QMNIST's are found") {
  for (const auto& [prefix, test] : {std::pair("emnist-letters-", "test"), std::pair("qmnist-", "test"),
                                     std::pair("EMNIST-Digits-", "t10k"), std::pair("my.", "test")}) {
    const WideImages folder(prefix, test);
    const DataSplits data = folder.load({.transpose = true});
    CHECK(data.train.size() == 2);
    CHECK(data.test.size() == 1);
    CHECK(data.notes.empty());
  }
}

TEST_CASE("of several data sets in a folder one is chosen, or MNIST's own is taken") {
  const WideImages folder("emnist-letters-", "test");
  folder.write("emnist-balanced-train-images-idx3-ubyte", idx_file({1, 1, 1}, "a"));
  folder.write("emnist-balanced-train-labels-idx1-ubyte", idx_file({1}, "\1"));
  CHECK(folder.error() == folder.path().string() +
                              ": several data sets, of which data.prefix chooses one: emnist-balanced, emnist-letters");
  CHECK(contains(folder.error({.prefix = "emnist-digits"}), "no data set \"emnist-digits\" in it: emnist-balanced, "));
  CHECK(folder.load({.prefix = "emnist-letters"}).train.size() == 2);
  CHECK(folder.load({.prefix = "emnist-balanced"}).train.size() == 1);
  folder.write("train-images-idx3-ubyte", idx_file({1, 2, 1}, "ab"));
  folder.write("train-labels-idx1-ubyte", idx_file({1}, "\1"));
  CHECK(folder.load().train.shape() == Shape{2, 1, 1});
  CHECK(contains(folder.error({.prefix = "../x"}), "no data set \"../x\" in it: one without a prefix, emnist-"));
  folder.write("train-images-2-idx3-ubyte", idx_file({1, 2, 1}, "ab"));
  CHECK(folder.load().train.shape() == Shape{2, 1, 1});
}

TEST_CASE("of copies of a file the one that is named like MNIST's is read") {
  const WideImages folder;
  folder.write("train-images.idx3-ubyte", "not read");
  folder.write("train-images-idx3-ubyte.gz", "not read");
  CHECK(folder.load().train.size() == 2);
  fs::rename(folder.path() / "train-images-idx3-ubyte", folder.path() / "x");
  fs::remove(folder.path() / "train-images.idx3-ubyte");
  fs::remove(folder.path() / "train-images-idx3-ubyte.gz");
  fs::create_directories(folder.path() / "train-images-idx3-ubyte");  // as Kaggle has them
  fs::rename(folder.path() / "x", folder.path() / "train-images-idx3-ubyte" / "train-images-idx3-ubyte");
  CHECK(folder.load().train.size() == 2);
  folder.write("train-images-idx4-ubyte", idx_file({1, 1, 1, 1}, "a"));
  folder.write("._train-images-idx3-ubyte", "not read");
  CHECK(folder.load().train.size() == 2);
  fs::remove_all(folder.path() / "train-images-idx3-ubyte");
  folder.write("train-images-2-idx3-ubyte", idx_file({1, 1, 1}, "a"));
  CHECK(contains(folder.error(), "which of train-images-2-idx3-ubyte and train-images-idx4-ubyte is meant?"));
}

TEST_CASE("EMNIST's images are turned when data.transpose says so, and a note says that they should be") {
  const WideImages folder("emnist-letters-");
  const DataSplits turned = folder.load({.transpose = true});
  CHECK(turned.train.shape() == Shape{3, 2, 1});
  CHECK(turned.train.storage().bytes == bytes_of("adbecfgjhkil"));
  CHECK(turned.test.storage().bytes == bytes_of("uxvywz"));
  CHECK(turned.notes.empty());
  const DataSplits as_stored = folder.load();
  CHECK(as_stored.train.storage().bytes == bytes_of("abcdefghijkl"));
  REQUIRE(as_stored.notes.size() == 1);
  CHECK(contains(as_stored.notes[0], "rows and columns exchanged; data.transpose = true turns them"));
}

TEST_CASE("labels that begin at 1 are noted, or counted from there") {
  const WideImages folder;
  folder.write("train-labels-idx1-ubyte", idx_file({2}, "\1\32"));
  const DataSplits as_stored = folder.load();
  CHECK(as_stored.train.classes() == 27);
  CHECK(contains(as_stored.notes.at(0), "labels go from 1 to 26; data.first_label = 1 makes 1 the first class"));
  const DataSplits from_one = folder.load({.first_label = 1});
  CHECK(from_one.train.classes() == 26);
  CHECK(from_one.train.label(1) == 25);
  CHECK(from_one.train.storage().class_names.front() == "1");
  CHECK(from_one.train.storage().class_names.back() == "26");
  folder.write("train-labels-idx1-ubyte", idx_file({2}, std::string("\0\1", 2)));
  CHECK(contains(folder.error({.first_label = 1}), "label 0 of sample 0, expected 1 to 1000000 (data.first_label)"));
}

TEST_CASE("colour images have their channels last, or first and are turned") {
  const WideImages folder;
  folder.write_images(idx_file({2, 1, 2, 3}, "abcdefghijkl"));
  CHECK(folder.load().train.shape() == Shape{1, 2, 3});
  CHECK(folder.load().train.storage().bytes == bytes_of("abcdefghijkl"));
  CHECK(folder.load({.transpose = true}).train.shape() == Shape{2, 1, 3});

  const std::string red = "0123456789", green = "abcdefghij", blue = "ABCDEFGHIJ";
  folder.write_images(idx_file({2, 3, 2, 5}, red + green + blue + blue + red + green));
  const DataSplits turned = folder.load();
  CHECK(turned.train.shape() == Shape{2, 5, 3});
  CHECK(turned.train.storage().bytes == bytes_of("0aA1bB2cC3dD4eE5fF6gG7hH8iI9jJA0aB1bC2cD3dE4eF5fG6gH7hI8iJ9j"));
  CHECK(contains(turned.notes.at(0), "2 x 3 x 2 x 5 bytes: channels first, turned to 2x5x3"));
  const DataSplits both = folder.load({.transpose = true});
  CHECK(both.train.shape() == Shape{5, 2, 3});
  CHECK(Bytes(both.train.storage().bytes.begin(), both.train.storage().bytes.begin() + 9) == bytes_of("0aA5fF1bB"));
  folder.write_images(idx_file({2, 28, 28, 28}, std::string(std::size_t{2} * 28 * 28 * 28, 'a')));
  CHECK(contains(folder.error(), "with 1 to 4 channels last or first"));
}

TEST_CASE("flat images are features") {
  const WideImages folder;
  folder.write_images(idx_file({2, 6}, "abcdefghijkl"));
  const DataSplits data = folder.load();
  CHECK(data.train.shape() == Shape{6});
  CHECK(contains(data.notes.at(0), "no height and width: 6 features a sample"));
  CHECK(contains(folder.error({.transpose = true}), "data.transpose needs images x height x width"));
}

TEST_CASE("images of floats and doubles are read as they are") {
  const WideImages folder;
  std::string floats;
  std::string doubles;
  for (const float value : {0.0F, 0.25F, 1.0F, -2.5F}) {
    floats += big_endian(std::bit_cast<std::uint32_t>(value), 4);
    doubles += big_endian(std::bit_cast<std::uint64_t>(static_cast<double>(value)), 8);
  }
  for (const auto& bytes : {idx_file({2, 1, 2}, floats, 13), idx_file({2, 1, 2}, doubles, 14)}) {
    folder.write_images(bytes);
    const DataSplits data = folder.load({.transpose = true});
    CHECK(data.train.storage().floats == std::vector<float>{0, 0.25F, 1, -2.5F});
    CHECK(data.train.shape() == Shape{2, 1, 1});
  }
}

TEST_CASE("of a file that is there twice a note says which one is read") {
  const WideImages folder;
  folder.write("train-images-idx3-ubyte.gz", "another");
  const DataSplits data = folder.load();
  CHECK(data.notes == std::vector<std::string>{folder.path().string() +
                                               ": train-images-idx3-ubyte is read, not train-images-idx3-ubyte.gz"});
}

TEST_CASE("data.invert turns dark on light idx images into light on dark") {
  const WideImages folder;
  const DataSplits data = folder.load({.invert = true});
  CHECK(data.train.storage().bytes == Bytes{158, 157, 156, 155, 154, 153, 152, 151, 150, 149, 148, 147});
  CHECK(data.test.storage().bytes.front() == 255 - 'u');
  folder.write_images(idx_file({2, 2, 3}, std::string(48, '\0'), 13));
  CHECK(contains(folder.error({.invert = true}), "data.invert needs images of bytes, found floats"));
}

TEST_CASE("QMNIST's labels are the first of eight numbers, and other integers are read") {
  const WideImages folder;
  std::string rows;
  for (const int label : {7, 3}) {
    rows += big_endian(static_cast<std::uint64_t>(label), 4);
    for (int i = 1; i < 8; ++i) rows += big_endian(100, 4);
  }
  folder.write("train-labels-idx1-ubyte", idx_file({2, 8}, rows, 12));
  CHECK(folder.load().train.storage().labels == std::vector<int>{7, 3});
  folder.write("train-labels-idx1-ubyte", idx_file({2}, big_endian(300, 2) + big_endian(5, 2), 11));
  CHECK(folder.load().train.storage().labels == std::vector<int>{300, 5});
}
