#include "io/data_sums.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "data/registry.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

Settings settings_for(const fs::path& folder, const std::string& kind) {
  Settings settings;
  settings.set("path", folder.string());
  std::vector<KeySchema> keys = common_data_keys();
  for (const auto& type : dataset_types()) {
    if (type.schema.name == kind) keys.insert(keys.end(), type.schema.keys.begin(), type.schema.keys.end());
  }
  settings.complete(keys, "test");
  settings.set("dataset", kind);
  return settings;
}

}  // namespace

TEST_CASE("the sum of an image folder is of its images alone") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "a" / "deeper");
  fs::create_directories(folder.path() / "b");
  test::write(folder.path() / "a" / "deeper" / "1.png", "one");
  test::write(folder.path() / "b" / "2.png", "two");
  const Settings settings = settings_for(folder.path(), "image_folder");
  const DataSums before = sums_of_data(settings);
  REQUIRE(before.size() == 1);
  test::write(folder.path() / ".DS_Store", "x");
  test::write(folder.path() / "b" / "Thumbs.db", "x");
  fs::create_symlink("/no/such.png", folder.path() / "b" / "gone.png");
  CHECK(sums_of_data(settings) == before);
  test::write(folder.path() / "a" / "deeper" / "1.png", "One");
  CHECK(sums_of_data(settings) != before);
}

TEST_CASE("idx files have a sum each, in the order of their names") {
  const test::TemporaryFolder folder;
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "notes-ubyte.txt"}) {
    test::write(folder.path() / name, name);
  }
  const DataSums sums = sums_of_data(settings_for(folder.path(), "idx"));
  REQUIRE(sums.size() == 2);
  CHECK(sums[0].first == "train-images-idx3-ubyte");
  CHECK(sums[1].first == "train-labels-idx1-ubyte");
  CHECK(sums[0].second != sums[1].second);
}

TEST_CASE("the first file that changed is named, with what became of it") {
  const DataSums trained = {{"a", "1"}, {"b", "2"}};
  CHECK(first_change(trained, trained).empty());
  CHECK(first_change(trained, {{"b", "2"}, {"a", "1"}, {"new", "3"}}).empty());
  CHECK(first_change(trained, {{"a", "1"}, {"b", "3"}}) == "b has other contents");
  CHECK(first_change(trained, {{"b", "3"}}) == "a is missing");
  CHECK(first_change({{"all images", "1"}}, {{"all images", "2"}}) ==
        "an image was added, removed, renamed or changed");
}
