// convoy init: what it writes trains as it is.

#include <doctest/doctest.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "apps/command_line.h"
#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::convoy_run;
using test::Finished;

namespace {

namespace fs = std::filesystem;

/// `count` images of one colour each, a class in a folder: brighter from image to image.
void write_class(const fs::path& folder, int count, int width, int height, std::array<int, 3> colour) {
  fs::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    std::vector<unsigned char> pixels;
    for (int pixel = 0; pixel < width * height; ++pixel) {
      for (const int channel : colour) pixels.push_back(static_cast<unsigned char>(channel * (i + 10) / (count + 10)));
    }
    const fs::path file = folder / (std::to_string(i) + ".png");
    REQUIRE(stbi_write_png(file.c_str(), width, height, 3, pixels.data(), 3 * width) != 0);
  }
}

/// Trains two epochs of what init wrote, and gives the last lines.
Finished train_two_epochs(const fs::path& config) {
  CHECK(contains(convoy_run({"config", "check", config.string()}).out, ": ok"));
  return convoy_run(
      {"train", config.string(), "-s", "train.epochs=2", "--out", (config.parent_path() / "run").string()});
}

}  // namespace

TEST_CASE("init looks at a folder of images and writes a configuration that trains") {
  const test::TemporaryFolder folder;
  const fs::path data = folder.path() / "my flowers";
  write_class(data / "rose", 20, 40, 30, {250, 20, 20});
  write_class(data / "violet", 20, 40, 30, {20, 20, 250});
  test::write(data / "notes.txt", "no image");
  const fs::path config = folder.path() / "flowers.toml";
  const Finished init = convoy_run({"init", config.string(), "--data", data.string()});
  INFO(init.err);
  REQUIRE(init.code == 0);
  CHECK(contains(init.out, "2 classes, 30x40x3"));
  const std::string text = contents(config);
  CHECK(contains(text, "\npath = \"my flowers\"\n"));
  CHECK(contains(text, "\nimage_size = [30, 40]\n"));
  CHECK(contains(text, "\nchannels = 3\n"));
  CHECK(contains(text, "\nunits = 2\n"));
  CHECK(contains(text, "# Passes over the training samples.\nepochs = "));
  const Finished run = train_two_epochs(config);
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.out, "test accuracy 100.00 %"));  // red and blue, with batch norm's statistics in their place

  const Finished again = convoy_run({"init", config.string(), "--data", data.string()});
  CHECK(again.code == 2);
  CHECK(contains(again.err, "--force"));
  CHECK(contents(config) == text);
  CHECK(convoy_run({"init", config.string(), "--data", data.string(), "--force"}).code == 0);
}

TEST_CASE("init sees grey images, parts of a data set, and large ones") {
  const test::TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  for (const std::string part : {"train", "val", "test"}) {
    write_class(data / part / "dark", 12, 100, 80, {60, 60, 60});
    write_class(data / part / "light", 12, 100, 80, {250, 250, 250});
  }
  const fs::path config = folder.path() / "grey.toml";
  REQUIRE(convoy_run({"init", config.string(), "--data", data.string()}).code == 0);
  const std::string text = contents(config);
  CHECK(contains(text, "\nchannels = 1\n"));
  CHECK(contains(text, "\nimage_size = 64\n"));
  CHECK_FALSE(contains(text, "\nvalidation = "));  // val/ is there
  CHECK(train_two_epochs(config).code == 0);
}

TEST_CASE("init takes idx files, and the bundled digits without any") {
  const test::TemporaryFolder folder;
  const fs::path config = folder.path() / "digits.toml";
  REQUIRE(convoy_run({"init", config.string(), "--data", test::small_mnist().string()}).code == 0);
  CHECK(contains(contents(config), "\ndataset = \"idx\"\n"));
  CHECK(contains(contents(config), "\nunits = 10\n"));
  CHECK(train_two_epochs(config).code == 0);
  const fs::path bundled = folder.path() / "mnist.toml";
  REQUIRE(convoy_run({"init", bundled.string()}).code == 0);
  CHECK(contains(convoy_run({"config", "check", bundled.string()}).out, ": ok"));
}

TEST_CASE("init on images too small for a convolution writes a configuration that trains as well") {
  const test::TemporaryFolder folder;
  for (const int side : {1, 2, 3, 4}) {
    CAPTURE(side);
    const fs::path data = folder.path() / std::to_string(side) / "data";
    write_class(data / "red", 20, side, side, {250, 20, 20});
    write_class(data / "blue", 20, side, side, {20, 20, 250});
    const fs::path config = data.parent_path() / "small.toml";
    REQUIRE(convoy_run({"init", config.string(), "--data", data.string()}).code == 0);
    CHECK(contains(contents(config), "recalibrate = ") == contains(contents(config), "batch_norm"));
    const Finished run = train_two_epochs(config);
    INFO(run.err);
    CHECK(run.code == 0);
  }
}

TEST_CASE("init says what is wrong with images that are there") {
  const test::TemporaryFolder folder;
  const fs::path config = folder.path() / "x.toml";
  const fs::path data = folder.path() / "data";
  const auto error = [&] {
    const Finished finished = convoy_run({"init", config.string(), "--data", data.string()});
    CHECK(finished.code == 3);
    CHECK_FALSE(fs::exists(config));
    return finished.err;
  };
  for (const std::string part : {"train", "test"}) write_class(data / part, 3, 8, 8, {60, 60, 60});
  CHECK(contains(error(),
                 "data/train: expected a subfolder of images for each class, found none; without a class "
                 "folder: 3 files"));
  write_class(data / "bus", 3, 8, 8, {60, 60, 60});
  CHECK(contains(error(), "train/ is taken for a part of the data set: if it is a class like those beside it (bus)"));
  fs::remove_all(data);
  for (const std::string name : {"a", "b"}) {
    fs::create_directories(data / name);
    test::write(data / name / "0.png", "no image");
  }
  CHECK(contains(error(), "2 of 2 images cannot be read"));
}

TEST_CASE("init refuses a folder without data, in one line, and writes nothing") {
  const test::TemporaryFolder folder;
  const fs::path config = folder.path() / "x.toml";
  for (const fs::path& data : {folder.path(), folder.path() / "nowhere"}) {
    const Finished finished = convoy_run({"init", config.string(), "--data", data.string()});
    INFO(finished.err);
    CHECK(finished.code == 3);
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK_FALSE(fs::exists(config));
  }
}
