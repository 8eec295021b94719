#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/model_data.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// What a folder with these entries holds; a name that ends with "/" is a folder.
std::string kind_of_folder(const std::vector<std::string>& entries, const std::string& contents = "") {
  const test::TemporaryFolder folder;
  for (const std::string& entry : entries) {
    if (entry.ends_with('/')) fs::create_directories(folder.path() / entry);
    if (!entry.ends_with('/')) test::write(folder.path() / entry, contents);
  }
  const std::string refused = test::error_of([&] { dataset_kind_of(folder.path()); });
  if (refused != "no error") return refused.substr(refused.find(": ") + 2);
  return dataset_kind_of(folder.path());
}

const std::string nothing =
    "expected idx files, NumPy's arrays, CIFAR's .bin files, CSV files, or a subfolder of images for each class";

}  // namespace

TEST_CASE("a folder's kind of data is told by the names of its files") {
  CHECK(kind_of_folder({"train-images-idx3-ubyte.gz"}) == "idx");
  CHECK(kind_of_folder({"train-images-idx3-ubyte/"}) == "idx");
  for (const char* name :
       {"data_batch_1.bin", "test_batch.bin", "train.bin", "test.bin", "cifar-10-batches-bin/", "cifar-100-binary/"}) {
    CHECK(kind_of_folder({name}) == "cifar");
  }
  CHECK(kind_of_folder({"cats/"}) == "image_folder");
  CHECK(kind_of_folder({"mnist.npz"}) == "numpy");
  CHECK(kind_of_folder({"X.NPY"}) == "numpy");
  CHECK(kind_of_folder({"train.csv"}) == "csv");
  CHECK(kind_of_folder({}) == nothing);
  CHECK(kind_of_folder({"notes.txt", "data_batch_1", ".hidden.npz", "._x.npy", "."}) == nothing);
}

TEST_CASE("a table beside folders of images describes them, and arrays come before tables") {
  CHECK(kind_of_folder({"train.csv", "cats/"}) == "image_folder");
  CHECK(kind_of_folder({"train.csv", "x.npy"}) == "numpy");
  CHECK(kind_of_folder({"x.npy", "cats/"}) == "image_folder");
  CHECK(kind_of_folder({"train.bin", "cats/"}) == "cifar");
  CHECK(kind_of_folder({"train.bin", "a-ubyte"}) == "idx");
}

TEST_CASE("a file without a name of its kind is an idx file by its first bytes") {
  const auto kind = [](const std::string& bytes) { return kind_of_folder({"digits"}, bytes); };
  const auto magic = [](char type, char rank) { return std::string{'\0', '\0', type, rank, '\0'}; };
  for (const auto& [type, rank] : {std::pair('\x08', '\x03'), {'\x08', '\x01'}, {'\x0e', '\x04'}}) {
    CHECK(kind(magic(type, rank)) == "idx");
  }
  for (const auto& [type, rank] : {std::pair('\x07', '\x03'), {'\x0f', '\x03'}, {'\x08', '\0'}, {'\x08', '\x05'}}) {
    CHECK(kind(magic(type, rank)) == nothing);
  }
  CHECK(kind(std::string{'\1', '\0', '\x08', '\x03'}) == nothing);
  CHECK(kind(std::string{'\0', '\1', '\x08', '\x03'}) == nothing);
  CHECK(kind(std::string{'\0', '\0', '\x08'}) == "idx");  // cut short: the reader says so
  CHECK(kind("") == nothing);
}

TEST_CASE("a single file is an array or a table") {
  const test::TemporaryFolder folder;
  const auto kind = [&](const std::string& name) {
    test::write(folder.path() / name, "");
    return dataset_kind_of(folder.path() / name);
  };
  CHECK(kind("a.npz") == "numpy");
  CHECK(kind("a.Csv") == "csv");
  const std::string file = (folder.path() / "a.txt").string();
  CHECK(test::error_of(ErrorKind::data, [&] { kind("a.txt"); }) ==
        file + ": expected a folder of data, or an .npz or .csv file");
  CHECK(test::error_of(ErrorKind::data, [&] { dataset_kind_of(folder.path() / "none"); }) ==
        (folder.path() / "none").string() + ": no such folder");
}
