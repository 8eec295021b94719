#include <doctest/doctest.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "convoy/dataset.h"
#include "data/registry.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

namespace fs = std::filesystem;

/// An image of 2 x 2 equal pixels.
void write_shade(const fs::path& file, int shade) {
  fs::create_directories(file.parent_path());
  const std::vector<std::uint8_t> pixels(4, static_cast<std::uint8_t>(shade));
  REQUIRE(stbi_write_png(file.c_str(), 2, 2, 1, pixels.data(), 2) != 0);
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  test::write(file, text);
}

/// `count` images of each of these classes; an image's shade is 10 times its class and the image's number from 0 to 9.
void write_classes(const fs::path& folder, const std::vector<std::string>& classes, int count) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    for (int i = 0; i < count; ++i) {
      write_shade(folder / classes[k] / (std::to_string(i) + ".png"), 10 * static_cast<int>(k) + i % 10);
    }
  }
}

Settings settings_for(const fs::path& folder) {
  Settings settings;
  settings.set("path", folder.string());
  settings.set("dataset", std::string("image_folder"));
  settings.set("image_size", std::int64_t{2});
  std::vector<KeySchema> keys = common_data_keys();
  for (const auto& type : dataset_types()) {
    if (type.schema.name == "image_folder") keys.insert(keys.end(), type.schema.keys.begin(), type.schema.keys.end());
  }
  keys.push_back({.name = "dataset", .doc = ""});
  settings.complete(keys, "test");
  return settings;
}

DataSplits load(const fs::path& folder, Need need = Need::all) { return load_data(settings_for(folder), 3, need); }

std::string load_error(const Settings& settings, Need need = Need::all) {
  return test::error_of([&] { load_data(settings, 3, need); });
}

std::string load_error(const fs::path& folder, Need need = Need::all) { return load_error(settings_for(folder), need); }

/// All notes, a line each.
std::string notes_of(const DataSplits& splits) {
  std::string all;
  for (const std::string& note : splits.notes) all += note + "\n";
  return all;
}

std::vector<std::string> classes_of(const Dataset& data) { return data.storage().class_names; }

int shade(const Dataset& data, int sample) {
  return data.storage().bytes[static_cast<std::size_t>(data.index(sample)) * 4];
}

std::vector<int> per_class(const Dataset& data) {
  std::vector<int> counts(static_cast<std::size_t>(data.classes()));
  for (int i = 0; i < data.size(); ++i) ++counts[static_cast<std::size_t>(data.label(i))];
  return counts;
}

}  // namespace

TEST_CASE("a folder of class folders: of each class its share is set aside for testing") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"cats", "dogs"}, 10);
  Settings settings = settings_for(folder.path());
  settings.set("test_fraction", 0.3);
  const DataSplits data = load_data(settings, 3);
  CHECK(classes_of(data.train) == std::vector<std::string>{"cats", "dogs"});
  CHECK(per_class(data.train) == std::vector<int>{7, 7});
  CHECK(per_class(data.test) == std::vector<int>{3, 3});
  CHECK(contains(notes_of(data), "no test part in it, so 6 of 20 samples are drawn for testing"));
  std::set<int> seen;
  for (const Dataset* part : {&data.train, &data.test}) {
    for (int i = 0; i < part->size(); ++i) {
      CHECK(part->label(i) == shade(*part, i) / 10);
      seen.insert(shade(*part, i));
    }
  }
  CHECK(seen.size() == 20);
  CHECK(contains(load_error(folder.path() / "cats"),
                 "expected a subfolder of images for each class, found none; without a class "));
  CHECK(contains(load_error(fs::path("/no/such")), "/no/such: no such folder"));
  const test::TemporaryFolder outer;
  write_classes(outer.path() / "pets", {"cats", "dogs"}, 5);
  CHECK(contains(load_error(outer.path()), "found 1: pets; should data.path be " + (outer.path() / "pets").string()));
}

TEST_CASE("images one folder deeper, and more, belong to the class above them") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"a", "b"}, 3);
  for (int i = 0; i < 6; ++i) {
    write_shade(folder.path() / "b" / ("writer" + std::to_string(i % 2)) / std::to_string(i) / "x.png", 15);
  }
  const DataSplits data = load(folder.path(), Need::evaluation);
  CHECK(per_class(data.test) == std::vector<int>{3, 9});
  fs::path deep = folder.path() / "b";
  for (int i = 0; i < 20; ++i) deep /= "x";
  write_shade(deep / "x.png", 1);
  CHECK(contains(load_error(folder.path()), "lies more than 16 folders deep"));
}

TEST_CASE("links are followed, but not in circles") {
  const test::TemporaryFolder folder;
  write_classes(folder.path() / "real", {"a", "b"}, 3);
  fs::create_directories(folder.path() / "data");
  for (const char* name : {"a", "b"}) {
    fs::create_directory_symlink(folder.path() / "real" / name, folder.path() / "data" / name);
  }
  fs::create_directory_symlink("..", folder.path() / "real" / "a" / "up");
  fs::create_directory_symlink(".", folder.path() / "real" / "b" / "again");
  const DataSplits data = load(folder.path() / "data", Need::evaluation);
  CHECK(per_class(data.test) == std::vector<int>{3, 3});
  CHECK(contains(notes_of(data), "3 folders (a/up/a, a/up/b, b/again)"));
}

TEST_CASE("a link to a folder above gives no image a second class") {
  const test::TemporaryFolder folder;
  const fs::path train = folder.path() / "train";
  write_classes(train, {"a", "b", "c"}, 3);
  write_classes(folder.path() / "test", {"a", "b"}, 3);
  fs::create_directory_symlink("..", train / "b" / "up");
  fs::create_directory_symlink("../..", train / "b" / "up2");
  fs::create_directory_symlink("../a", train / "c" / "other");
  fs::create_directory_symlink(".", train / "d");
  const DataSplits data = load(folder.path());
  CHECK(per_class(data.train) == std::vector<int>{3, 3, 3});
  CHECK(contains(notes_of(data), "4 folders (b/up, b/up2, c/other, ...)"));
  CHECK(load(train, Need::evaluation).test.size() == 9);
  fs::create_directory_symlink(train, folder.path() / "link");
  CHECK(load(folder.path() / "link", Need::evaluation).test.size() == 9);
}

TEST_CASE("train, validation and test folders go by their names, in any case of letters") {
  const std::vector<std::vector<std::string>> layouts = {
      {"train", "val", "test"}, {"Train", "Validation", "Test"}, {"training", "valid", "testing"}};
  for (const auto& parts : layouts) {
    const test::TemporaryFolder folder;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      write_classes(folder.path() / parts[i], {"a", "b"}, static_cast<int>(i) + 2);
    }
    const DataSplits data = load(folder.path());
    CHECK(data.train.size() == 4);
    CHECK(data.validation.size() == 6);
    CHECK(data.test.size() == 8);
    CHECK(data.notes.empty());
  }
}

TEST_CASE("a validation folder without a test folder: test images are drawn of the training images") {
  const test::TemporaryFolder folder;
  write_classes(folder.path() / "train", {"a", "b"}, 10);
  write_classes(folder.path() / "val", {"a", "b"}, 3);
  const DataSplits data = load(folder.path());
  CHECK(per_class(data.train) == std::vector<int>{8, 8});
  CHECK(per_class(data.validation) == std::vector<int>{3, 3});
  CHECK(per_class(data.test) == std::vector<int>{2, 2});
  CHECK(contains(notes_of(data), "/train: no test part in it, so 4 of 20 samples are drawn for testing"));
  Settings settings = settings_for(folder.path());
  settings.set("validation", std::int64_t{4});
  CHECK(contains(load_error(settings), "/val: is the validation set, but data.validation = 4 asks for another"));
}

TEST_CASE("parts that may be meant in two ways are an error, or decided with a note") {
  const test::TemporaryFolder folder;
  write_classes(folder.path() / "train", {"a", "b"}, 3);
  write_classes(folder.path() / "val", {"a", "b"}, 3);
  write_classes(folder.path() / "Validation", {"a", "b"}, 3);
  CHECK(contains(load_error(folder.path()), "which is the validation part, Validation/ or val/?"));
  fs::remove_all(folder.path() / "Validation");
  write_classes(folder.path() / "unlabelled", {"x"}, 3);
  CHECK(contains(notes_of(load(folder.path())), "passed over beside its parts: unlabelled"));

  const test::TemporaryFolder vehicles;
  write_classes(vehicles.path(), {"bus", "train"}, 5);
  const DataSplits data = load(vehicles.path());
  CHECK(classes_of(data.train) == std::vector<std::string>{"bus", "train"});
  CHECK(contains(notes_of(data), "train is taken as a class, as no other part is there"));
}

TEST_CASE("images in parts without class folders are an error that says so, and how to name a class like a part") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"train", "test"}, 3);
  CHECK(load_error(folder.path()) ==
        (folder.path() / "train").string() +
            ": expected a subfolder of images for each class, found none; without a class folder: 3 files (0.png, "
            "1.png, 2.png)");
  write_classes(folder.path(), {"bus"}, 3);
  CHECK(contains(load_error(folder.path()),
                 "2.png); train/ is taken for a part of the data set: if it is a class like those beside it (bus), "
                 "give it another name"));
}

TEST_CASE("what is no image is passed over and counted") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"cat", "dog"}, 5);
  write_text(folder.path() / "Thumbs.db", "x");
  write_text(folder.path() / "cat" / "Thumbs.db", "x");
  write_text(folder.path() / "cat" / "desktop.ini", "[.ShellClassInfo]\n");
  write_text(folder.path() / "cat" / "notes.txt", "BM are the first letters of this text\n");
  write_text(folder.path() / "cat" / "._0.png", std::string("\0\5\x16\7", 4));
  write_text(folder.path() / "__MACOSX" / "cat" / "._0.png", std::string("\0\5\x16\7", 4));
  write_text(folder.path() / ".DS_Store", "x");
  fs::create_directories(folder.path() / ".ipynb_checkpoints");
  fs::create_directories(folder.path() / "cat" / "empty");
  fs::create_directories(folder.path() / "later");
  write_text(folder.path() / "labels" / "labels.csv", "x");
  const DataSplits data = load(folder.path(), Need::evaluation);
  CHECK(classes_of(data.test) == std::vector<std::string>{"cat", "dog"});
  CHECK(per_class(data.test) == std::vector<int>{5, 5});
  CHECK(data.notes.size() == 2);
  CHECK(contains(notes_of(data), ": passed over what is no image: 7 files and 3 folders ("));
  CHECK(contains(notes_of(data), ": class folders without an image: labels, later"));
}

TEST_CASE("images without a class folder are counted") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"cat", "dog"}, 5);
  write_shade(folder.path() / "a.png", 1);
  write_shade(folder.path() / "b.PNG", 1);
  CHECK(contains(notes_of(load(folder.path())), "passed over images without a class: 2 files (a.png, b.PNG)"));
  const test::TemporaryFolder flat;
  write_shade(flat.path() / "a.png", 1);
  CHECK(contains(load_error(flat.path()), "found none; without a class folder: 1 file (a.png)"));
}

TEST_CASE("an image is what its ending or its first bytes say") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"a", "b"}, 3);
  write_shade(folder.path() / "a" / "photo", 1);
  write_shade(folder.path() / "a" / "photo.dat", 1);
  CHECK(per_class(load(folder.path(), Need::evaluation).test) == std::vector<int>{5, 3});
  write_text(folder.path() / "a" / "text.jpg", "no image");
  CHECK(contains(load_error(folder.path()), "1 of 9 images cannot be read (data.on_bad_image = \"skip\" leaves them"));
  CHECK(contains(load_error(folder.path()), "a/text.jpg: "));
  fs::rename(folder.path() / "a" / "text.jpg", folder.path() / "a" / "gif");
  write_text(folder.path() / "a" / "gif", "GIF89a");
  CHECK(contains(load_error(folder.path()), "a/gif: "));
}

TEST_CASE("images that cannot be read are an error that lists ten of them, or skipped and counted") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"a", "b", "c"}, 20);
  for (int i = 0; i < 12; ++i) write_text(folder.path() / "b" / ("bad" + std::to_string(i) + ".png"), "");
  fs::create_symlink("/no/such.png", folder.path() / "c" / "gone.png");
  const std::string error = load_error(folder.path());
  CHECK(contains(error, "13 of 73 images cannot be read"));
  CHECK(contains(error, "b/bad0.png: "));
  CHECK(std::ranges::count(error, '\n') == 11);
  CHECK(contains(error, "\n  and 3 more"));

  Settings settings = settings_for(folder.path());
  settings.set("on_bad_image", std::string("skip"));
  const DataSplits data = load_data(settings, 3, Need::evaluation);
  CHECK(per_class(data.test) == std::vector<int>{20, 20, 20});
  CHECK(contains(notes_of(data), "13 of 73 images cannot be read and are skipped: "));
  for (int i = 0; i < 20; ++i) write_text(folder.path() / "c" / (std::to_string(i) + ".png"), "");
  CHECK(classes_of(load_data(settings, 3).train) == std::vector<std::string>{"a", "b"});
  CHECK(contains(notes_of(load_data(settings, 3)), "class folders without an image: c"));
}

TEST_CASE("a pipe or a socket among the images is not waited for") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"a", "b"}, 3);
  test::make_pipe(folder.path() / "a" / "pipe");
  CHECK(load(folder.path(), Need::evaluation).test.size() == 6);
  test::make_pipe(folder.path() / "a" / "pipe.png");
  CHECK(contains(load_error(folder.path()), "a/pipe.png: not a regular file"));
}

TEST_CASE("validation and test images must be of the training images' classes") {
  const test::TemporaryFolder folder;
  write_classes(folder.path() / "train", {"a", "b"}, 3);
  write_classes(folder.path() / "test", {"b"}, 3);
  fs::create_directories(folder.path() / "test" / "c");  // without an image it is none
  const DataSplits data = load(folder.path());
  CHECK(classes_of(data.test) == std::vector<std::string>{"a", "b"});
  CHECK(data.test.label(0) == 1);
  write_classes(folder.path() / "test", {"B", "c"}, 1);
  CHECK(contains(load_error(folder.path()), "/test: classes without a training image: B, c"));
  CHECK(load_error(folder.path(), Need::training) == "no error");
  fs::create_directories(folder.path() / "train" / "c");  // its photos were not taken yet
  fs::remove_all(folder.path() / "test" / "B");
  CHECK(contains(load_error(folder.path()), "/test: classes without a training image: c"));
}

TEST_CASE("classes whose names differ in case or in spaces around them only are noted") {
  const test::TemporaryFolder folder;
  write_classes(folder.path(), {"Cat", "cat ", "dog"}, 3);
  CHECK(contains(notes_of(load(folder.path(), Need::evaluation)), "classes that look alike: \"Cat\" and \"cat \"\n"));
}

TEST_CASE("an empty data.path is named") {
  Settings settings = settings_for("");
  settings.set("path", std::string(), "a.toml:3:1");
  CHECK(load_error(settings) == "a.toml:3:1: data.path is empty, expected a folder");
}

TEST_CASE("only what is needed is read") {
  const test::TemporaryFolder folder;
  write_classes(folder.path() / "test", {"a", "b"}, 3);
  CHECK(load(folder.path(), Need::test).test.size() == 6);
  CHECK(load(folder.path(), Need::evaluation).test.size() == 6);
  CHECK(contains(load_error(folder.path()), "no train/ in it"));
  write_classes(folder.path() / "train", {"a"}, 3);
  write_text(folder.path() / "train" / "b" / "x.png", "");
  CHECK(load(folder.path(), Need::test).test.size() == 6);
  CHECK(contains(load_error(folder.path(), Need::training), "b/x.png: "));

  const test::TemporaryFolder flat;
  write_classes(flat.path(), {"a"}, 5);
  CHECK(load(flat.path(), Need::evaluation).test.size() == 5);  // whole, and one class is enough
  write_classes(flat.path(), {"b"}, 5);
  const DataSplits test = load(flat.path(), Need::test);
  const DataSplits all = load(flat.path());
  REQUIRE(test.test.size() == all.test.size());
  for (int i = 0; i < test.test.size(); ++i) CHECK(test.test.index(i) == all.test.index(i));
}

TEST_CASE("the files of a data set are those that are read") {
  const test::TemporaryFolder folder;
  for (const char* file : {"train/a/1.png", "train/b/2.png", "val/a/3.png", "test/b/4.png"}) {
    write_shade(folder.path() / file, 7);
  }
  write_text(folder.path() / "train/a/notes.txt", "no image");
  fs::create_symlink("nowhere", folder.path() / "train/a/gone.png");
  const Settings settings = settings_for(folder.path());
  const auto files = [&](Need need) {
    std::string all;
    for (const fs::path& file : dataset_type(settings).files(settings, need)) {
      all += file.lexically_relative(folder.path()).string() + " ";
    }
    return all;
  };
  CHECK(files(Need::all) == "test/b/4.png train/a/1.png train/b/2.png val/a/3.png ");
  CHECK(files(Need::training) == "train/a/1.png train/b/2.png val/a/3.png ");
  CHECK(files(Need::test) == "test/b/4.png ");
  CHECK(files(Need::evaluation) == "test/b/4.png ");
  fs::remove_all(folder.path() / "val");
  fs::remove_all(folder.path() / "test");
  CHECK(files(Need::test) == "train/a/1.png train/b/2.png ");
}
