#include "convoy/preview.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "convoy/error.h"
#include "data/picture.h"
#include "data/png.h"
#include "support/errors.h"
#include "support/files.h"
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

TEST_CASE("samples that are no images are refused") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(preview_data(config_of_images(folder.path() / "none"), folder.path() / "p.png"), Error);
}
