#include <doctest/doctest.h>

#include <filesystem>

#include "data/kinds.h"
#include "data/npz.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/npy_file.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::Bytes;
using test::contains;
using test::npy_file;

namespace {

namespace fs = std::filesystem;

DataSplits load_numpy(const fs::path& path, const NumpyOptions& options = {}, Need need = Need::all) {
  return read_parts(parts_of_numpy(path, options), need).splits;
}

std::string numpy_error(const fs::path& path, const NumpyOptions& options = {}, Need need = Need::all) {
  return test::error_of(ErrorKind::data, [&] { load_numpy(path, options, need); });
}

const std::string two_images = npy_file("|u1", "(2, 1, 2)", "abcd");
const std::string two_labels = npy_file("|u1", "(2,)", std::string("\0\1", 2));

}  // namespace

TEST_CASE("Keras's names of arrays in an .npz file work without a key, stored and deflated") {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    INFO(name);
    const fs::path file = fs::path("tests/fuzz/seeds/npz") / name;
    const DataSplits data = load_numpy(file);
    CHECK(data.train.shape() == Shape{2, 3, 1});
    CHECK(data.train.storage().bytes == Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(data.train.storage().labels == std::vector<int>{1, 0});
    CHECK(data.test.storage().bytes == Bytes{100, 101, 102, 103, 104, 105});
    CHECK(data.test.label(0) == 1);
    CHECK(data.notes.empty());
    CHECK(load_numpy(file, {.invert = true}).train.storage().bytes.front() == 255);
    CHECK(load_numpy(file, {.transpose = true}).train.shape() == Shape{3, 2, 1});
    CHECK(files_of_parts(parts_of_numpy(file, {}), Need::all) == std::vector<fs::path>{file});
  }
}

TEST_CASE("the arrays may be .npy files, with a validation part and names of one's own") {
  const test::TemporaryFolder folder;
  for (const char* part : {"train", "val", "test"}) {
    test::write(folder.path() / (std::string(part) + "_images.npy"), two_images);
    test::write(folder.path() / (std::string(part) + "_labels.npy"), two_labels);
  }
  const NumpyOptions options{.x = "*_images", .y = "*_labels"};
  const DataSplits data = load_numpy(folder.path(), options);
  CHECK(data.train.size() == 2);
  CHECK(data.validation.size() == 2);
  CHECK(data.test.shape() == Shape{1, 2, 1});
  const auto files = [&](Need need) { return files_of_parts(parts_of_numpy(folder.path(), options), need); };
  CHECK(files(Need::all).size() == 6);
  CHECK(files(Need::test) ==
        std::vector<fs::path>{folder.path() / "test_images.npy", folder.path() / "test_labels.npy"});
  CHECK(files(Need::training).size() == 4);
  fs::remove(folder.path() / "test_images.npy");
  CHECK(contains(numpy_error(folder.path(), options), "no array test_images in it, but test_labels, train_images, "));
  fs::remove(folder.path() / "test_labels.npy");
  CHECK(load_numpy(folder.path(), options).test.empty());
  CHECK(contains(numpy_error(folder.path(), options, Need::evaluation), "no array test_images in it"));
}

TEST_CASE("names without a star are all samples, of which the test part is drawn") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "all.npz";
  test::write_zip(file, {{"x.npy", two_images}, {"y.npy", two_labels}});
  const NumpyOptions options{.x = "x", .y = "y"};
  const FoundParts found = read_parts(parts_of_numpy(folder.path(), options), Need::all);
  CHECK_FALSE(found.divided);
  CHECK_FALSE(found.has_test);
  CHECK(found.splits.train.size() == 2);
  CHECK(load_numpy(file, options, Need::evaluation).train.size() == 2);
  CHECK(contains(test::error_of(ErrorKind::config, [&] { load_numpy(file, {.x = "x"}); }),
                 "data.x = \"x\" and data.y = \"y_*\": expected one star in both"));
}

TEST_CASE("what is missing for NumPy's arrays is said with what is there") {
  const test::TemporaryFolder folder;
  const std::string place = folder.path().string();
  CHECK(numpy_error(folder.path(), {.hint = "fetch them"}) == place + ": no .npz and no .npy file in it; fetch them");
  CHECK(contains(numpy_error(folder.path() / "none"), "no such folder"));
  test::write_zip(folder.path() / "a.npz", {{"arr_0.npy", two_images}, {"arr_1.npy", two_labels}, {"notes.txt", "x"}});
  CHECK(numpy_error(folder.path()) ==
        place +
            "/a.npz: no array x_train in it, but arr_0, arr_1; data.x = \"x_*\" and data.y = \"y_*\" name them, the "
            "star stands for train, val or test");
  test::write_zip(folder.path() / "b.npz", {{"x", "y"}});
  CHECK(numpy_error(folder.path()) == place + ": several .npz files, of which data.path may name one: a.npz, b.npz");
  CHECK(contains(numpy_error(folder.path() / "b.npz"), "no array x_train in it, but no arrays"));
}

TEST_CASE("damaged .npz files get one clear error") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "x.npz";
  test::write(file, "no zip archive");
  CHECK(contains(numpy_error(file), "x.npz: not an .npz file, or a damaged one: "));
  test::write_zip(file, {{"x_train.npy", two_images}, {"y_train.npy", npy_file("|u1", "(3,)", "abc")}});
  CHECK(contains(numpy_error(file), "x.npz: y_train: 3 labels, but x.npz: x_train has 2 images"));
  test::write_zip(file, {{"x_train.npy", two_images}, {"y_train.npy", two_labels}}, ZIP_CM_BZIP2);
  CHECK(contains(numpy_error(file), "x.npz: x_train: expected it stored or deflated, found method 12 of zip"));
}

TEST_CASE("an .npz file that ends early or has another byte is an error or reads as before") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "x.npz";
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string bytes = test::contents(fs::path("tests/fuzz/seeds/npz") / name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      INFO(name << " " << size);
      test::write(file, bytes.substr(0, size));
      CHECK(contains(numpy_error(file), "x.npz: "));
    }
    int errors = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      INFO(name << " " << at);
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      test::write(file, flipped);
      Bytes pixels;
      const std::string message =
          test::error_of(ErrorKind::data, [&] { pixels = load_numpy(file, {}, Need::training).train.storage().bytes; });
      const bool as_before = pixels == Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // a date does not matter
      CHECK((as_before || contains(message, "x.npz: ")));
      errors += as_before ? 0 : 1;
    }
    CHECK(errors > static_cast<int>(bytes.size()) / 4);
  }
}

TEST_CASE("a small .npz that decompresses to gigabytes takes no more memory than its header says") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "x.npz";
  test::write_zip(file, {{"x_train.npy", npy_file("|u1", "(2, 1, 2)", std::string(50'000'000, '\0'))},
                         {"y_train.npy", two_labels}});
  CHECK(fs::file_size(file) < 100'000);
  CHECK(contains(numpy_error(file), "x.npz: x_train: expected 4 bytes after the header, found more"));
  test::write_zip(file, {{"x_train.npy", npy_file("|u1", "(20000, 1000, 1000)", "")}, {"y_train.npy", two_labels}});
  CHECK(contains(numpy_error(file), "extent 1000 of axis 2 makes no sense"));
}
