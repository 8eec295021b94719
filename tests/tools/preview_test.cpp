#include "convoy/preview.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "convoy/error.h"
#include "data/picture.h"
#include "data/png.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/npy_file.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// A class of one image and one of five, with a test part.
void write_images(const fs::path& folder) {
  for (int i = 0; i < 6; ++i) {
    for (const char* part : {"train", "test"}) {
      const fs::path file = folder / part / (i == 0 ? "rare" : "common") / (std::to_string(i) + ".png");
      fs::create_directories(file.parent_path());
      test::write(file, png(std::vector<std::uint8_t>(28 * 28, static_cast<std::uint8_t>(40 * i)), {28, 28}, 1));
    }
  }
}

Config config_of_images(const fs::path& folder) {
  return parse_config("name = \"p\"\n[data]\ndataset = \"image_folder\"\npath = \"" + folder.string() +
                          "\"\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 2\n",
                      "p.toml", folder);
}

}  // namespace

TEST_CASE("a preview takes the classes in turn, and all there is of a small one") {
  const test::TemporaryFolder folder;
  write_images(folder.path());
  const Config config = config_of_images(folder.path());
  const auto shown = [&](int images) {
    return preview_data(config, folder.path() / "p.png", {.images = images}).images;
  };
  CHECK(shown(2) == 2);
  CHECK(shown(6) == 6);
  CHECK(shown(50) == 6);  // no more than there are
  CHECK(preview_data(config, folder.path() / "p.png", {.split = "test"}).images == 6);
  CHECK(fs::exists(folder.path() / "p.png"));
}

TEST_CASE("without a number, a preview has ten images of each class, or ten in all in seven versions each") {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "digits", 300);
  const auto preview = [&](const std::string& augmentation, const PreviewOptions& options) {
    const Config config =
        parse_config("[data]\npath = \"digits\"\n[augmentation]\n" + augmentation + "[[layer]]\ntype = \"flatten\"\n",
                     "p.toml", folder.path());
    return preview_data(config, folder.path() / "p.png", options);
  };
  CHECK(preview("", {}).images == 100);
  CHECK(preview("", {}).versions == 0);
  CHECK(preview("shift = 0.1\n", {}).images == 10);
  CHECK(preview("shift = 0.1\n", {}).versions == 7);
  CHECK(preview("shift = 0.1\n", {.images = 1}).images == 1);
  CHECK(preview("shift = 0.1\n", {.split = "test"}).images == 100);
  CHECK(preview("shift = 0.1\n", {.split = "test"}).versions == 0);
}

TEST_CASE("samples of another number of channels, or of no height and width, are refused") {
  const test::TemporaryFolder folder;
  const auto refusal = [&](const std::string& shape, std::size_t bytes) {
    test::write_zip(folder.path() / "a.npz", {{"x_train.npy", test::npy_file("|u1", shape, std::string(bytes, 'x'))},
                                              {"y_train.npy", test::npy_file("|u1", "(2,)", std::string(2, '\0'))},
                                              {"x_test.npy", test::npy_file("|u1", shape, std::string(bytes, 'x'))},
                                              {"y_test.npy", test::npy_file("|u1", "(2,)", std::string(2, '\0'))}});
    const Config config =
        parse_config("[data]\ndataset = \"numpy\"\npath = \"a.npz\"\n[[layer]]\ntype = \"dense\"\nunits = 2\n",
                     "p.toml", folder.path());
    return test::error_of([&] { preview_data(config, folder.path() / "p.png"); });
  };
  CHECK(refusal("(2, 2, 2, 1)", 8) == "no error");
  CHECK(refusal("(2, 2, 2, 3)", 24) == "no error");
  CHECK(
      refusal("(2, 2, 2, 2)", 16).ends_with("a preview shows images, height x width x 1 or 3; the samples are 2x2x2"));
  CHECK(refusal("(2, 3)", 6).ends_with("the samples are 3"));
}

TEST_CASE("data that are not there are refused") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(preview_data(config_of_images(folder.path() / "none"), folder.path() / "p.png"), Error);
}
