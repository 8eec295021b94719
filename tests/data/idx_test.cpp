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
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

void write_gz(const fs::path& file, const std::string& bytes) {
  gzFile stream = gzopen(file.c_str(), "wb");
  gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(stream);
}

std::string idx(const std::vector<std::uint32_t>& extents, const std::string& values, unsigned char type = 8) {
  std::string bytes = {0, 0, static_cast<char>(type), static_cast<char>(extents.size())};
  for (const auto extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(extent >> shift);
  }
  return bytes + values;
}

/// A folder with two 2x2 training images and one test image, of which each file can be replaced.
struct Folder : test::TemporaryFolder {
  Folder() {
    write("train-images-idx3-ubyte", idx({2, 2, 2}, "abcdefgh"));
    write("train-labels-idx1-ubyte", idx({2}, std::string("\1\0", 2)));
    write("t10k-images-idx3-ubyte", idx({1, 2, 2}, "wxyz"));
    write("t10k-labels-idx1-ubyte", idx({1}, "\1"));
  }
  void write(const std::string& name, const std::string& bytes) { write_file(path() / name, bytes); }
  std::string error() const {
    try {
      load_idx(path());
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::data);
      return error.what();
    }
    return "no error";
  }
};

Settings data_settings(const std::string& path, int validation, int limit) {
  Settings settings;
  settings.set("dataset", std::string("idx"));
  settings.set("path", path);
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
  Folder folder;
  CHECK(load_idx(folder.path()).train.storage().bytes ==
        std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'});
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  write_gz(folder.path() / "train-images-idx3-ubyte.gz", idx({2, 2, 2}, "ijklmnop"));
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
       "expected magic 0x00000801 to 0x00000804, found 0x6e6f7420"},
      {"train-images-idx3-ubyte", idx({2, 2, 2}, "abcdefgh", 13), "expected magic"},
      {"train-images-idx3-ubyte", idx({2, 2, 2}, "").substr(0, 10), "too short for its header"},
      {"train-images-idx3-ubyte", idx({2, 2, 2}, "abc"), "expected 8 bytes after the header, found 3"},
      {"train-images-idx3-ubyte", idx({2, 2, 2}, "abcdefghi"), "expected 8 bytes after the header, found more"},
      {"train-images-idx3-ubyte", idx({0xffffffff, 0xffffffff, 2}, "abc"), "makes no sense"},
      {"train-images-idx3-ubyte", idx({60000, 28000, 28000}, "abc"), "makes no sense"},
      {"train-images-idx3-ubyte", idx({0, 2, 2}, ""), "makes no sense"},
      {"train-images-idx3-ubyte", idx({2000, 1024, 1024}, "abc"), "makes no sense"},  // more than 1 GiB
      {"train-images-idx3-ubyte", idx({8}, "abcdefgh"), "expected images x height x width, found rank 1"},
      {"train-labels-idx1-ubyte", idx({3}, "abc"), "3 labels, but train-images-idx3-ubyte has 2 images"},
      {"train-labels-idx1-ubyte", idx({2, 1}, "ab"), "expected one label an image, found rank 2"},
  };
  for (const Damage& damage : damages) {
    Folder folder;
    folder.write(damage.file, damage.bytes);
    const std::string message = folder.error();
    INFO(message);
    CHECK(contains(message, damage.file));
    CHECK(contains(message, damage.message));
  }
}

TEST_CASE("truncated and corrupted .gz files are noticed") {
  Folder folder;
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  const auto file = folder.path() / "train-images-idx3-ubyte.gz";
  write_gz(file, idx({200, 28, 28}, std::string(200 * 784, 'x')));
  fs::resize_file(file, fs::file_size(file) - 9);
  CHECK(contains(folder.error(), "damaged"));
  write_gz(file, idx({2, 2, 2}, "abcdefgh"));
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(fs::file_size(file)) - 6);
  stream.put('!');  // in the checksum
  stream.close();
  CHECK(contains(folder.error(), "damaged"));
}

TEST_CASE("a .gz that decompresses to more than its header says is not read to its end") {
  Folder folder;
  fs::remove(folder.path() / "train-images-idx3-ubyte");
  const auto file = folder.path() / "train-images-idx3-ubyte.gz";
  write_gz(file, idx({2, 2, 2}, std::string(50'000'000, '\0')));
  CHECK(fs::file_size(file) < 100'000);
  CHECK(contains(folder.error(), "expected 8 bytes after the header, found more"));
}

TEST_CASE("missing files and folders say what was looked for, and the hint") {
  Folder folder;
  fs::remove(folder.path() / "t10k-labels-idx1-ubyte");
  CHECK(contains(folder.error(), "no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz in it"));
  CHECK_THROWS_WITH_AS(load_data(data_settings("/no/such", 0, 0), 1), "/no/such: no such folder; install something",
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

TEST_CASE("a data set whose parts do not fit is refused") {
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(7), {1}), Error);
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(8), {1}), Error);
  CHECK_THROWS_AS(Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(4), {-1}), Error);
  CHECK_THROWS_AS(Dataset::from_floats({2}, std::vector<float>(4), std::vector<float>(3), 2), Error);
  const Dataset good = Dataset::from_bytes({2, 2, 1}, std::vector<std::uint8_t>(8), {1, 4});
  CHECK(good.classes() == 5);
  CHECK_THROWS_AS(good.slice(1, 2), Error);
}
