#include "data/contact_sheet.h"

#include <doctest/doctest.h>

#include <string>

#include "convoy/dataset.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

Colour at(const Picture& picture, int y, int x) {
  const auto* pixel = picture.pixels.data() + (static_cast<std::ptrdiff_t>(y) * picture.width + x) * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

constexpr Colour black = {0, 0, 0};
constexpr Colour white = {255, 255, 255};

std::string art(const Picture& picture) {
  std::string text;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) text += at(picture, y, x) == white ? '#' : '.';
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("text is drawn, in capitals, and cut off at the picture's edge") {
  Picture picture(5, 11, black);
  picture.draw_text(0, 0, 1, "a7?x", white);
  CHECK(art(picture) ==
        ".#..###.##.\n"
        "#.#...#...#\n"
        "###..#...#.\n"
        "#.#..#.....\n"
        "#.#..#...#.\n");
  CHECK(Picture::text_width("a7", 2) == 16);
  picture.draw_square(-3, -3, 100, white);
  CHECK(art(picture).find('.') == std::string::npos);
}

TEST_CASE("a picture becomes a PNG that reads back") {
  const test::TemporaryFolder folder;
  Picture picture(2, 3, {10, 20, 30});
  picture.draw_square(1, 2, 1, {200, 100, 50});
  test::write(folder.path() / "a.png", png_of(picture));
  CHECK(load_image(folder.path() / "a.png", {2, 3, 3}) == picture.pixels);
}

TEST_CASE("letters of a larger size keep their distance") {
  Picture picture(10, 16, black);
  picture.draw_text(0, 0, 2, "-.", white);
  CHECK(art(picture) ==
        "................\n"
        "................\n"
        "................\n"
        "................\n"
        "######..........\n"
        "######..........\n"
        "................\n"
        "................\n"
        "..........##....\n"
        "..........##....\n");
}

TEST_CASE("a sheet enlarges small images, each at its place") {
  const ContactSheet sheet{
      .size = {1, 2}, .channels = 1, .headings = {"a", "b"}, .rows = {{"x", {{255, 0}, {0, 255}}}, {"y", {{7, 8}}}}};
  const Picture picture = draw(sheet);
  // Tiles of 42 x 84 at (18, 16) with gaps of 4.
  CHECK(picture.height == 18 + 2 * 46);
  CHECK(picture.width == 16 + 2 * 88);
  CHECK(at(picture, 18, 16) == white);
  CHECK(at(picture, 18 + 41, 16 + 41) == white);
  CHECK(at(picture, 18, 16 + 42) == black);
  CHECK(at(picture, 18, 16 + 88) == black);
  CHECK(at(picture, 18, 16 + 88 + 42) == white);
  CHECK(at(picture, 18 + 46, 16) == Colour{7, 7, 7});
  CHECK(at(picture, 18 + 46, 16 + 88) == at(picture, 0, 0));  // no image there
}

TEST_CASE("a sheet keeps colours, and shrinks large images") {
  std::vector<std::uint8_t> red(std::size_t{168} * 336 * 3);
  for (std::size_t i = 0; i < red.size(); i += 3) red[i] = 200;
  const Picture picture = draw({.size = {168, 336}, .channels = 3, .headings = {}, .rows = {{"", {red}}}});
  CHECK(picture.height == 4 + 42 + 4);
  CHECK(picture.width == 4 + 84 + 4);
  CHECK(at(picture, 4, 4) == Colour{200, 0, 0});
}
