#include "convoy/starter.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "data/png.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::count;

namespace {

namespace fs = std::filesystem;

/// Writes images of one colour into the folder of a class.
void write_class(const fs::path& folder, int images, ImageSize size, std::vector<std::uint8_t> colour = {9, 9, 9}) {
  fs::create_directories(folder);
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < size.height * size.width; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  const std::string bytes = png(pixels, size, 3);
  for (int i = 0; i < images; ++i)
    test::write(
        folder / (std::to_string(size.height) + "x" + std::to_string(size.width) + "-" + std::to_string(i) + ".png"),
        bytes);
}

/// What init writes for such images in two classes.
std::string toml_for(int images, const std::vector<ImageSize>& sizes,
                     const std::vector<std::uint8_t>& colour = {9, 9, 9}) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    for (const ImageSize& size : sizes) write_class(folder.path() / "data" / name, images, size, colour);
  }
  return write_starter(folder.path() / "data", folder.path() / "x.toml", false).toml;
}

}  // namespace

TEST_CASE("init writes a configuration for an .npz file") {
  const test::TemporaryFolder folder;
  const Starter starter = write_starter("tests/fuzz/seeds/npz/stored.npz", folder.path() / "digits.toml", false);
  CHECK(contains(starter.toml, "dataset = \"numpy\""));
  CHECK(contains(starter.toml, "seeds/npz/stored.npz\""));
  CHECK(starter.found == "2 training images of 2 classes, 2x3x1");
}

TEST_CASE("images of one size up to 64 pixels keep it; others become a square of 64, or of 32 where most are small") {
  const auto has_size = [](const std::vector<ImageSize>& sizes, const std::string& text) {
    return contains(toml_for(20, sizes), "\nimage_size = " + text + "\n");
  };
  CHECK(has_size({{64, 64}}, "64"));
  CHECK(has_size({{30, 64}}, "[30, 64]"));
  CHECK(has_size({{65, 64}}, "64"));
  CHECK(has_size({{65, 63}}, "32"));
  CHECK(has_size({{20, 20}, {20, 24}}, "32"));
  CHECK(has_size({{20, 20}, {24, 20}}, "32"));
}

TEST_CASE("an image is grey where its red, green and blue are equal") {
  CHECK(contains(toml_for(20, {{4, 4}}, {9, 9, 9}), "\nchannels = 1\n"));
  for (const std::vector<std::uint8_t>& colour : {std::vector<std::uint8_t>{8, 9, 9}, {9, 8, 9}, {9, 9, 8}})
    CHECK(contains(toml_for(20, {{4, 4}}, colour), "\nchannels = 3\n"));
}

TEST_CASE("the network has a block for each halving down to 4 pixels, at most three") {
  const auto blocks = [](int side) { return count(toml_for(20, {{side, side}}), "type = \"conv2d\""); };
  CHECK(blocks(3) == 0);
  CHECK(blocks(4) == 1);
  CHECK(blocks(7) == 1);
  CHECK(blocks(8) == 2);
  CHECK(blocks(16) == 3);
  CHECK(blocks(64) == 3);
  CHECK(count(toml_for(20, {{8, 60}}), "type = \"conv2d\"") == 2);  // the shorter side decides
  CHECK(count(toml_for(20, {{60, 3}}), "type = \"conv2d\"") == 0);
  const std::string toml = toml_for(20, {{16, 16}});
  for (const char* filters : {"32", "64", "128"}) CHECK(contains(toml, "\nfilters = " + std::string(filters) + "\n"));
  CHECK(contains(toml, "\nrecalibrate = 2000\n"));
  CHECK_FALSE(contains(toml_for(20, {{3, 3}}), "recalibrate"));
}

TEST_CASE("epochs make some 1500 steps, from 5 to 40; small data sets have smaller batches") {
  const auto train_of = [](int images) {
    const std::string toml = toml_for(images / 2, {{4, 4}});
    const std::string text = toml.substr(toml.find("[train]"));
    const auto number = [&](const std::string& key) {
      return std::stoi(text.substr(text.find("\n" + key + " = ") + key.size() + 4));
    };
    return std::pair(number("epochs"), number("batch_size"));
  };
  // A tenth of the images is the test set.
  CHECK(train_of(60) == std::pair(40, 16));
  CHECK(train_of(1200).second == 32);
}

TEST_CASE("a file that is there, or a link, is only replaced by force") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "x.toml";
  for (const char* name : {"a", "b"}) write_class(folder.path() / "data" / name, 20, {4, 4});
  write_starter(folder.path() / "data", file, false);
  CHECK(test::error_of(ErrorKind::config, [&] { write_starter(folder.path() / "data", file, false); }) ==
        file.string() + ": is there already; --force replaces it");
  CHECK_NOTHROW(write_starter(folder.path() / "data", file, true));
  fs::create_symlink("nowhere", folder.path() / "link.toml");
  CHECK_THROWS_AS(write_starter(folder.path() / "data", folder.path() / "link.toml", false), Error);
}
