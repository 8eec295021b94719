#include <doctest/doctest.h>

#include <filesystem>

#include "data/cifar_records.h"
#include "data/kinds.h"
#include "support/bytes.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

namespace fs = std::filesystem;

/// A record of an image whose red, green and blue are the same everywhere.
std::string record(const std::string& labels, char red, char green, char blue) {
  return labels + std::string(1024, red) + std::string(1024, green) + std::string(1024, blue);
}

const std::string ten_names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

struct CifarFolder : test::TemporaryFolder {
  void write(const std::string& name, const std::string& bytes) const { test::write(path() / name, bytes); }
  DataSplits load(const CifarOptions& options = {}, Need need = Need::all) const {
    return read_parts(parts_of_cifar(path(), options), need).splits;
  }
  std::string error(const CifarOptions& options = {}, Need need = Need::all) const {
    return test::error_of(ErrorKind::data, [&] { load(options, need); });
  }
};

struct Cifar10 : CifarFolder {
  Cifar10() {
    write("data_batch_1.bin", record("\3", 'r', 'g', 'b') + record("\1", 'R', 'G', 'B'));
    write("data_batch_2.bin", record("\7", 'x', 'y', 'z'));
    write("test_batch.bin", record("\3", '1', '2', '3'));
    write("batches.meta.txt", ten_names);
  }
};

struct Cifar100 : CifarFolder {
  Cifar100() {
    write("train.bin", record("\4\143", 'r', 'g', 'b'));
    write("test.bin", record("\23\5", '1', '2', '3'));
  }
};

}  // namespace

TEST_CASE("CIFAR-10's batches are read, with their names and channels last") {
  const Cifar10 folder;
  const DataSplits data = folder.load();
  CHECK(data.train.shape() == Shape{32, 32, 3});
  CHECK(data.train.storage().labels == std::vector<int>{3, 1, 7});
  CHECK(data.train.storage().class_names.at(3) == "cat");
  CHECK(data.train.classes() == 10);
  const auto& bytes = data.train.storage().bytes;
  REQUIRE(bytes.size() == 3U * 3072);
  CHECK(test::Bytes(bytes.begin(), bytes.begin() + 4) == test::Bytes{'r', 'g', 'b', 'r'});
  CHECK(bytes.back() == 'z');
  CHECK(data.test.label(0) == 3);
  CHECK(data.notes == Texts{folder.path().string() + ": 2 of the 5 training files of CIFAR-10"});
  CHECK(folder.load({.invert = true}).test.storage().bytes.front() == 255 - '1');
}

TEST_CASE("a note tells of training files of CIFAR-10 that are missing, unless all are or none is") {
  CifarFolder folder;
  folder.write("test_batch.bin", record("\3", '1', '2', '3'));
  CHECK(folder.load({}, Need::test).notes.empty());
  for (int batch = 1; batch <= 5; ++batch) {
    folder.write("data_batch_" + std::to_string(batch) + ".bin", record("\3", 'r', 'g', 'b'));
    CHECK(folder.load().notes.empty() == (batch == 5));
  }
}

TEST_CASE("an image of CIFAR keeps its rows and columns") {
  std::string planes(3072, '\0');
  planes[5 * 32 + 7] = 1;           // red
  planes[1024 + 6 * 32 + 8] = 2;    // green
  planes[2048 + 31 * 32 + 31] = 3;  // blue
  const test::TemporaryFolder folder;
  test::write(folder.path() / "x.bin", std::string(1, '\0') + planes);
  const auto bytes = read_cifar({folder.path() / "x.bin"}, CifarKind::ten).bytes;
  CHECK(bytes[(5 * 32 + 7) * 3] == 1);
  CHECK(bytes[(6 * 32 + 8) * 3 + 1] == 2);
  CHECK(bytes[(31 * 32 + 31) * 3 + 2] == 3);
}

TEST_CASE("CIFAR-100 has fine labels or coarse ones") {
  const Cifar100 folder;
  CHECK(folder.load().train.label(0) == 99);
  CHECK(folder.load().test.label(0) == 5);
  CHECK(folder.load({.labels = CifarLabels::coarse}).train.label(0) == 4);
  CHECK(folder.load({.labels = CifarLabels::coarse}).test.label(0) == 19);
  CHECK(folder.load().train.storage().class_names.empty());
  CHECK(folder.load().notes.empty());  // its one training file is all
  std::string names;
  for (int i = 0; i < 20; ++i) names += "group " + std::to_string(i) + "\r\n";
  folder.write("coarse_label_names.txt", names);
  CHECK(folder.load({.labels = CifarLabels::coarse}).train.storage().class_names.at(19) == "group 19");
  CHECK(folder.load().train.storage().class_names.empty());
  folder.write("fine_label_names.txt", names);
  CHECK(contains(folder.error(), "fine_label_names.txt: expected 100 names of classes, a line each, found 20"));
}

TEST_CASE("the files that CIFAR's reader names are those that it reads") {
  const Cifar10 folder;
  const auto names = [&](Need need) {
    Texts found;
    for (const auto& file : files_of_parts(parts_of_cifar(folder.path(), {}), need)) found.push_back(file.filename());
    return found;
  };
  CHECK(names(Need::all) == Texts{"batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"});
  CHECK(names(Need::test) == Texts{"batches.meta.txt", "test_batch.bin"});
  CHECK(names(Need::training) == Texts{"batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin"});
}

TEST_CASE("the folder of CIFAR's archive is found, and what is missing is said") {
  CifarFolder folder;
  CHECK(folder.error({.hint = "fetch it"}) ==
        folder.path().string() + ": no data_batch_1.bin (CIFAR-10) and no train.bin (CIFAR-100) in it; fetch it");
  folder.write("data_batch_1", "a pickle");
  CHECK(contains(folder.error(), "but the version for Python; the binary version is needed"));
  fs::create_directories(folder.path() / "cifar-10-batches-bin");
  folder.write("cifar-10-batches-bin/data_batch_1.bin", record("\1", 'a', 'b', 'c'));
  CHECK(folder.load().train.size() == 1);
  CHECK(folder.load().test.empty());
  CHECK(contains(folder.error({}, Need::evaluation), "no test_batch.bin in it"));
  CHECK(contains(folder.error({.labels = CifarLabels::coarse}), "data.labels = \"coarse\" is for CIFAR-100"));
  folder.write("cifar-10-batches-bin/data_batch_3.bin", record("\1", 'a', 'b', 'c'));
  CHECK(contains(folder.error(), "no data_batch_2.bin in it"));
  const Cifar10 both;
  both.write("train.bin", "x");
  CHECK(contains(both.error(), "holds files of CIFAR-10 and of CIFAR-100"));
}

TEST_CASE("damaged files of CIFAR get one clear error") {
  const Cifar10 folder;
  const std::string bytes = test::contents(folder.path() / "data_batch_1.bin");
  for (std::size_t size = 0; size < bytes.size(); size += size % 3073 < 3 || size % 3073 > 3070 ? 1 : 307) {
    if (size == 3073) continue;  // one of its two images
    INFO(size);
    folder.write("data_batch_1.bin", bytes.substr(0, size));
    CHECK(contains(folder.error(), "data_batch_1.bin: expected records of 3073 bytes"));
  }
  folder.write("data_batch_1.bin", record("\12", 'a', 'b', 'c'));
  CHECK(contains(folder.error(), "data_batch_1.bin: label 10 of image 0, expected 0 to 9"));
  fs::resize_file(folder.path() / "data_batch_1.bin", std::uintmax_t{3073} << 20U);  // takes no room on the disk
  CHECK(contains(folder.error(), "at most 1073741824 in all, found 3222274048 bytes"));
  folder.write("data_batch_1.bin", bytes);
  folder.write("batches.meta.txt", "cat\ndog\n");
  CHECK(contains(folder.error(), "batches.meta.txt: expected 10 names of classes, a line each, found 2"));
  const Cifar100 hundred;
  hundred.write("train.bin", record("\24\144", 'a', 'b', 'c'));
  CHECK(contains(hundred.error(), "label 100 of image 0, expected 0 to 99"));
  CHECK(contains(hundred.error({.labels = CifarLabels::coarse}), "label 20 of image 0, expected 0 to 19"));
}
