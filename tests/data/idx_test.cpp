#include <doctest/doctest.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "data/registry.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/idx_file.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::idx_file;

namespace {

namespace fs = std::filesystem;

void write_gz(const fs::path& file, const std::string& bytes) {
  gzFile stream = gzopen(file.c_str(), "wb");
  gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(stream);
}

/// A folder with two 2x2 training images and one test image, of which each file can be replaced.
struct SquareImages : test::TemporaryFolder {
  SquareImages() {
    write("train-images-idx3-ubyte", idx_file({2, 2, 2}, "abcdefgh"));
    write("train-labels-idx1-ubyte", idx_file({2}, std::string("\1\0", 2)));
    write("t10k-images-idx3-ubyte", idx_file({1, 2, 2}, "wxyz"));
    write("t10k-labels-idx1-ubyte", idx_file({1}, "\1"));
  }
  void write(const std::string& name, const std::string& bytes) { test::write(path() / name, bytes); }
  std::string error() const {
    return test::error_of(ErrorKind::data, [&] { load_idx(path()); });
  }
};

Settings data_settings(const std::string& path, int validation, int limit) {
  Settings settings;
  settings.set("dataset", std::string("idx"));
  settings.set("path", path);
  settings.set("prefix", std::string());
  settings.set("transpose", false);
  settings.set("invert", false);
  settings.set("first_label", std::int64_t{0});
  settings.set("test_fraction", 0.2);
  settings.set("validation", std::int64_t{validation});
  settings.set("limit", std::int64_t{limit});
  settings.set("hint", std::string("install something"));
  return settings;
}

}  // namespace

TEST_CASE("the bundled MNIST is what its authors describe") {
  const auto& data = test::mnist();
  REQUIRE(data.train.size() == 60000);
  REQUIRE(data.test.size() == 10000);
  CHECK(data.train.shape() == Shape{28, 28, 1});
  CHECK(data.train.classes() == 10);
  const int first[] = {5, 0, 4, 1, 9};
  const int first_of_test[] = {7, 2, 1, 0, 4};
  for (int i = 0; i < 5; ++i) {
    CHECK(data.train.label(i) == first[i]);
    CHECK(data.test.label(i) == first_of_test[i]);
  }
  double sum = 0;
  double squares = 0;
  for (const double pixel : data.train.storage().bytes) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const double mean = sum / (60000.0 * 784);
  CHECK(mean == doctest::Approx(33.3184).epsilon(1e-5));
  CHECK(std::sqrt(squares / (60000.0 * 784) - mean * mean) == doctest::Approx(78.5675).epsilon(1e-5));
}

TEST_CASE("raw and compressed files read alike") {
  SquareImages folder;
  CHECK(load_idx(folder.path()).train.storage().bytes ==
        std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'});
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  write_gz(folder.path() / "train-images-idx3-ubyte.gz", idx_file({2, 2, 2}, "ijklmnop"));
  const DataSplits data = load_idx(folder.path());
  CHECK(data.train.storage().bytes[0] == 'i');
  CHECK(data.train.label(0) == 1);
  CHECK(data.test.shape() == Shape{2, 2, 1});
}

TEST_CASE("damaged idx files get one clear error") {
  struct Damage {
    const char* file;
    std::string bytes;
    const char* message;
  };
  const std::vector<Damage> damages = {
      {"train-images-idx3-ubyte", "", "too short for an idx file"},
      {"train-images-idx3-ubyte", "abc", "too short for an idx file"},
      {"train-images-idx3-ubyte", "not an idx file at all",
       "expected magic 0x00000801 to 0x00000e04, found 0x6e6f7420"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, "abcdefgh", 10), "expected magic"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, "abcdefgh", 13), "expected 32 bytes after the header, found 8"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, std::string(32, '\xff'), 13), "value 0 is not finite"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, std::string(32, 'a'), 12),
       "value 0 is 1633771873, expected pixels from 0 to 255 in 2 x 2 x 2 32-bit integers; other ranges are read as"},
      {"train-images-idx3-ubyte", "<!DOCTYPE html><html>404 Not Found</html>", "an HTML page, not an idx file"},
      {"train-images-idx3-ubyte", "\n  <HTML>", "an HTML page, not an idx file"},
      {"train-images-idx3-ubyte", "PK\3\4abc", "a ZIP archive, not an idx file"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, "").substr(0, 10), "too short for its header"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, "abc"), "expected 8 bytes after the header, found 3"},
      {"train-images-idx3-ubyte", idx_file({2, 2, 2}, "abcdefghi"), "expected 8 bytes after the header, found more"},
      {"train-images-idx3-ubyte", idx_file({0xffffffff, 0xffffffff, 2}, "abc"), "makes no sense"},
      {"train-images-idx3-ubyte", idx_file({60000, 28000, 28000}, "abc"), "makes no sense"},
      {"train-images-idx3-ubyte", idx_file({0, 2, 2}, ""), "makes no sense"},
      {"train-images-idx3-ubyte", idx_file({2000, 1024, 1024}, "abc"), "makes no sense"},  // more than 1 GiB
      {"train-images-idx3-ubyte", idx_file({8}, "abcdefgh"), "found 8 bytes, rank 1"},
      {"train-images-idx3-ubyte", idx_file({2, 5, 6, 7}, std::string(420, 'a')),
       "expected images x height x width, with 1 to 4 channels last or first"},
      {"train-labels-idx1-ubyte", idx_file({3}, "abc"), "3 labels, but train-images-idx3-ubyte has 2 images"},
      {"train-labels-idx1-ubyte", idx_file({2, 2}, "abcd"), "sample 0: expected a single 1 among zeros (one-hot) in"},
      {"train-labels-idx1-ubyte", idx_file({2, 1, 1}, "ab"),
       "expected one whole number a sample, or one-hot rows, found 2 x 1 x 1 bytes"},
      {"train-labels-idx1-ubyte", idx_file({2}, std::string(8, '\0'), 13), "found 2 floats"},
      {"train-labels-idx1-ubyte", idx_file({2}, std::string(8, '\xff'), 12),
       "label -1 of sample 0, expected 0 to 999999"},
      {"train-labels-idx1-ubyte", idx_file({2}, std::string(8, '\x7f'), 12),
       "label 2139062143 of sample 0, expected 0 to"},
  };
  for (const Damage& damage : damages) {
    SquareImages folder;
    folder.write(damage.file, damage.bytes);
    const std::string message = folder.error();
    INFO(message);
    CHECK(contains(message, damage.file));
    CHECK(contains(message, damage.message));
  }
}

TEST_CASE("truncated and corrupted .gz files are noticed") {
  SquareImages folder;
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  const auto file = folder.path() / "train-images-idx3-ubyte.gz";
  write_gz(file, idx_file({200, 28, 28}, std::string(200 * 784, 'x')));
  fs::resize_file(file, fs::file_size(file) - 9);
  CHECK(contains(folder.error(), "damaged"));
  write_gz(file, idx_file({2, 2, 2}, "abcdefgh"));
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(fs::file_size(file)) - 6);
  stream.put('!');  // in the checksum
  stream.close();
  CHECK(contains(folder.error(), "damaged"));
}

TEST_CASE("a .gz that decompresses to more than its header says is not read to its end") {
  SquareImages folder;
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  const auto file = folder.path() / "train-images-idx3-ubyte.gz";
  write_gz(file, idx_file({2, 2, 2}, std::string(50'000'000, '\0')));
  CHECK(fs::file_size(file) < 100'000);
  CHECK(contains(folder.error(), "expected 8 bytes after the header, found more"));
}

TEST_CASE("missing files and folders say what was looked for, and the hint") {
  SquareImages folder;
  fs::remove(folder.path() / "t10k-labels-idx1-ubyte");
  CHECK(contains(folder.error(), "no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz in it"));
  const test::TemporaryFolder cifar;
  test::write(cifar.path() / "data_batch_1.bin", "x");
  const auto load = [&] { load_data(data_settings(cifar.path().string(), 0, 0), 1); };
  const std::string missing =
      cifar.path().string() + ": no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in it";
  CHECK_THROWS_WITH_AS(load(), (missing + ", but data_batch_1.bin; install something").c_str(), Error);
  fs::create_directories(cifar.path() / "cats");
  CHECK_THROWS_WITH_AS(load(),
                       (missing + ", but cats, data_batch_1.bin; for class folders of images: data.dataset = "
                                  "\"image_folder\"; install something")
                           .c_str(),
                       Error);
}

TEST_CASE("the validation split is drawn by the seed, apart from the rest") {
  const DataSplits a = load_data(data_settings("data/mnist", 5000, 0), 1);
  const DataSplits b = load_data(data_settings("data/mnist", 5000, 1000), 1);
  const DataSplits c = load_data(data_settings("data/mnist", 5000, 0), 2);
  REQUIRE(a.train.size() == 55000);
  REQUIRE(a.validation.size() == 5000);
  CHECK(b.train.size() == 1000);
  std::set<int> seen;
  bool same = true;
  bool other_same = true;
  for (int i = 0; i < 5000; ++i) {
    seen.insert(a.validation.index(i));
    same = same && a.validation.index(i) == b.validation.index(i);
    other_same = other_same && a.validation.index(i) == c.validation.index(i);
  }
  CHECK(same);
  CHECK_FALSE(other_same);
  for (int i = 0; i < 55000; ++i) seen.insert(a.train.index(i));
  CHECK(seen.size() == 60000);
  CHECK_THROWS_AS(load_data(data_settings("data/mnist", 60000, 0), 1), Error);
}

TEST_CASE("samples are set aside by class") {
  const auto counts = [](const Dataset& data) {
    std::vector<int> of_class(10);
    for (int i = 0; i < data.size(); ++i) ++of_class[static_cast<std::size_t>(data.label(i))];
    return of_class;
  };
  Settings settings = data_settings("data/mnist", 0, 1000);
  settings.set("validation", 0.1);
  const DataSplits data = load_data(settings, 1);
  CHECK(data.validation.size() == 6000);
  // A tenth of 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949.
  CHECK(counts(data.validation) == std::vector<int>{592, 674, 596, 613, 584, 542, 592, 627, 585, 595});
  CHECK(counts(data.train) == std::vector<int>{99, 112, 99, 102, 97, 90, 99, 105, 98, 99});
  CHECK(data.notes.empty());
  const DataSplits few = load_data(data_settings("data/mnist", 0, 3), 1);
  REQUIRE(few.notes.size() == 1);
  CHECK(few.notes[0] == "data/mnist: no training sample of classes 0, 2, 4, 5, 6, 8, 9 (data.limit = 3)");
}

TEST_CASE("a folder without test files has some of its training samples set aside, or only test files") {
  SquareImages folder;
  fs::remove(folder.path() / "t10k-images-idx3-ubyte");
  fs::remove(folder.path() / "t10k-labels-idx1-ubyte");
  CHECK(contains(folder.error(), "no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz in it"));
  folder.write("train-images-idx3-ubyte", idx_file({10, 1, 1}, "abcdefghij"));
  folder.write("train-labels-idx1-ubyte", idx_file({10}, std::string("\0\0\0\0\0\1\1\1\1\1", 10)));
  const Settings settings = data_settings(folder.path().string(), 0, 0);
  const DataSplits data = load_data(settings, 1);
  CHECK(data.train.size() == 8);
  CHECK(data.test.size() == 2);
  CHECK(data.test.label(0) != data.test.label(1));
  CHECK(contains(data.notes.at(0), "no test part in it, so 2 of 10 samples are drawn for testing"));
  CHECK(load_data(settings, 1, Need::test).test.index(0) == data.test.index(0));
  CHECK_THROWS_AS(load_data(settings, 1, Need::evaluation), Error);

  SquareImages other;
  fs::remove(other.path() / "train-images-idx3-ubyte");
  fs::remove(other.path() / "train-labels-idx1-ubyte");
  const Settings test_only = data_settings(other.path().string(), 0, 0);
  CHECK(load_data(test_only, 1, Need::test).test.size() == 1);
  CHECK(load_data(test_only, 1, Need::evaluation).test.size() == 1);
  CHECK_THROWS_AS(load_data(test_only, 1), Error);
}

TEST_CASE("classes that training or testing lacks are named") {
  SquareImages folder;
  folder.write("train-labels-idx1-ubyte", idx_file({2}, "\4\2"));
  folder.write("t10k-labels-idx1-ubyte", idx_file({1}, "\4"));
  const Settings settings = data_settings(folder.path().string(), 0, 0);
  CHECK(load_data(settings, 1).notes.at(0) == folder.path().string() + ": no training sample of classes 0, 1, 3");
  for (const char* label : {"\3", "\12"}) {
    folder.write("t10k-labels-idx1-ubyte", idx_file({1}, label));
    CHECK_THROWS_WITH_AS(load_data(settings, 1),
                         (folder.path().string() +
                          ": samples of classes without a training sample: " + std::to_string(static_cast<int>(*label)))
                             .c_str(),
                         Error);
  }
}

TEST_CASE("a data set whose parts do not fit is refused") {
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(7), {1}), Error);
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(8), {1}), Error);
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(4), {-1}), Error);
  CHECK_THROWS_AS(Dataset::from_floats({2}, std::vector<float>(4), std::vector<float>(3), 2), Error);
  const Dataset good = Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(8), {1, 4});
  CHECK(good.classes() == 5);
  CHECK_THROWS_AS(good.slice(1, 2), Error);
}
