#include "data/digit.h"

#include <doctest/doctest.h>

#include <cmath>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "data/components.h"
#include "data/filters.h"
#include "data/png.h"
#include "data/strokes.h"
#include "support/digit_photos.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;

namespace {

/// First and last row or column of a prepared digit that is not black.
struct Extent {
  int first, last;
  int length() const { return last - first + 1; }
};

Extent extent(const Image& image, bool of_rows) {
  Extent found{image.height, -1};
  for (int i = 0; i < 28 * 28; ++i) {
    if (image.pixels[static_cast<std::size_t>(i)] == 0) continue;
    const int place = of_rows ? i / 28 : i % 28;
    found = {std::min(found.first, place), std::max(found.last, place)};
  }
  return found;
}

/// The centre of mass of a 28 x 28 image, along one axis.
double centre(const Image& image, bool of_rows) {
  double mass = 0, moment = 0;
  for (int i = 0; i < 28 * 28; ++i) {
    mass += image.pixels[static_cast<std::size_t>(i)];
    moment += image.pixels[static_cast<std::size_t>(i)] * ((of_rows ? i / 28 : i % 28) + 0.5);
  }
  return moment / mass;
}

double distance(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

Image prepared(const test::DigitPhoto& photo) { return prepared_digit(test::photo_of(photo), {28, 28}); }

/// Requires an image to look like a picture with a row of digits for each of its rows: 1 to 15 sixteenths of white.
void check_looks(const Image& image, const std::string& picture) {
  std::size_t at = 0;
  for (int y = 0; y < image.height; ++y) {
    std::string row;
    bool alike = true;
    for (int x = 0; x < image.width; ++x) {
      const int grey = image.pixels[static_cast<std::size_t>(y * image.width + x)];
      const auto want = static_cast<int>(std::string(" 123456789abcdef").find(picture.at(at++)));
      row += " 123456789abcdef"[grey / 16];
      alike = alike && std::abs(grey - (16 * want + 8)) <= 10;  // what lies between two shades may be either
    }
    CAPTURE(y);
    CAPTURE(row);
    CHECK(alike);
    CHECK(picture.at(at++) == '\n');
  }
}

std::string digit_error(const Image& photo) {
  return test::error_of(ErrorKind::data, [&] { prepared_digit(photo, {28, 28}); });
}

}  // namespace

TEST_CASE("a prepared digit is 20 pixels long, white on black, with its centre of mass in the middle") {
  for (int digit = 0; digit < 10; ++digit) {
    CAPTURE(digit);
    const Image image = prepared({.digit = digit, .centre_x = 90, .centre_y = 200, .pen = 12});
    CHECK(extent(image, true).length() == 20);
    CHECK(extent(image, false).length() <= 16);  // as high as 0.6 wide, and the pen
    CHECK(std::abs(centre(image, true) - 14.5) <= 0.55);
    CHECK(std::abs(centre(image, false) - 14.5) <= 0.55);
    CHECK(*std::ranges::max_element(image.pixels) > 240);
  }
}

TEST_CASE("ground, shadow, place, size and polarity of a photo hardly change what is prepared") {
  const Image plain = prepared({.digit = 5, .pen = 10, .paper = 255, .ink = 0});
  CHECK(distance(plain, prepared({.digit = 5, .pen = 10, .paper = 0, .ink = 255})) < 3);
  CHECK(distance(plain, prepared({.digit = 5, .pen = 10, .paper = 150, .ink = 70})) < 3);
  CHECK(distance(plain, prepared({.digit = 5, .pen = 10, .shadow_x = 0.5, .shadow_y = -0.3})) < 3);
  CHECK(distance(plain, prepared({.digit = 5, .pen = 10, .noise = 8})) < 8);
  CHECK(distance(plain, prepared({.digit = 5, .centre_x = 70, .centre_y = 220, .pen = 10})) < 8);
  CHECK(
      distance(
          plain,
          prepared(
              {.digit = 5, .width = 1600, .height = 1200, .centre_x = 800, .centre_y = 600, .tall = 480, .pen = 40})) <
      8);
}

TEST_CASE("what is prepared looks like this") {
  // A corner of the paper, well lit.
  check_looks(prepared_digit(
                  test::photo_of(
                      {.digit = 4, .width = 100, .height = 75, .centre_x = 60, .centre_y = 35, .tall = 40, .pen = 5}),
                  {28, 28}),
              "                            \n"
              "                            \n"
              "                            \n"
              "                            \n"
              "              5b2           \n"
              "             1ef6           \n"
              "             8fd1           \n"
              "            2ef6            \n"
              "            afc             \n"
              "           4ff4 57          \n"
              "           cfa 1df2         \n"
              "          6fe3 1ef2         \n"
              "         1df8  2ef2         \n"
              "         7fe1  2ef2         \n"
              "        2ef81113ff21        \n"
              "        9ffeeeeeffee8       \n"
              "        afffffffffffa       \n"
              "         2222225ff22        \n"
              "               3ff          \n"
              "               3fe          \n"
              "               4fe          \n"
              "               4fd          \n"
              "               5fd          \n"
              "               1a7          \n"
              "                            \n"
              "                            \n"
              "                            \n"
              "                            \n");
  // Chalk in a shadow, thinner than a pen, for a network of wide images.
  check_looks(prepared_digit(test::photo_of({.digit = 7,
                                             .width = 70,
                                             .height = 90,
                                             .centre_x = 30,
                                             .centre_y = 50,
                                             .tall = 60,
                                             .pen = 1.5,
                                             .paper = 50,
                                             .ink = 220,
                                             .shadow_x = 0.3}),
                             {20, 28}),
              "                            \n"
              "                            \n"
              "                            \n"
              "                            \n"
              "                            \n"
              "                            \n"
              "         ceeeeeeec          \n"
              "         2333333a9          \n"
              "                e3          \n"
              "               5d           \n"
              "               b7           \n"
              "              1f1           \n"
              "              7a            \n"
              "              d5            \n"
              "             4e             \n"
              "             99             \n"
              "            1e2             \n"
              "            6c              \n"
              "            c6              \n"
              "           1d1              \n");
  // A long photo with noise, for a network of small images.
  check_looks(prepared_digit(test::photo_of({.digit = 2,
                                             .width = 1100,
                                             .height = 60,
                                             .centre_x = 700,
                                             .centre_y = 30,
                                             .tall = 40,
                                             .pen = 5,
                                             .noise = 3}),
                             {14, 14}),
              "              \n"
              "              \n"
              "     3bda2    \n"
              "    2f95ae1   \n"
              "    8b   e6   \n"
              "    11   e6   \n"
              "        8e1   \n"
              "       7e3    \n"
              "      5e5     \n"
              "     4f6      \n"
              "    2eb4442   \n"
              "    7ddddd9   \n"
              "              \n"
              "              \n");
}

TEST_CASE("specks, a dark table beside the paper and a corner in the shadow are no part of the digit") {
  const test::DigitPhoto photo{.digit = 3, .pen = 10};
  const Image want = prepared(photo);
  Image other = test::photo_of(photo);
  const auto darken = [&](int top, int left, int bottom, int right) {
    for (int y = top; y < bottom; ++y)
      for (int x = left; x < right; ++x) other.pixels[static_cast<std::size_t>(y * other.width + x)] = 40;
  };
  for (int i = 0; i < 20; ++i) darken(13 * i, 17 * i + 5, 13 * i + 3, 17 * i + 8);
  CHECK(distance(want, prepared_digit(other, {28, 28})) < 3);
  darken(0, 370, 300, 400);
  CHECK(distance(want, prepared_digit(other, {28, 28})) < 3);
  darken(280, 0, 300, 30);
  CHECK(distance(want, prepared_digit(other, {28, 28})) < 3);
}

TEST_CASE("the strokes of a fine pen are drawn wider, others keep their width") {
  const auto brightness = [](const Image& image) {
    double sum = 0;
    for (const auto pixel : image.pixels) sum += pixel;
    return sum / 255;
  };
  const double fine = brightness(prepared({.digit = 0, .tall = 200, .pen = 3}));
  const double middle = brightness(prepared({.digit = 0, .tall = 200, .pen = 22}));
  const double thick = brightness(prepared({.digit = 0, .tall = 200, .pen = 40}));
  CHECK(fine > 0.7 * middle);
  CHECK(thick > 1.4 * middle);
}

TEST_CASE("a photo without a digit is an error by name") {
  const std::string nothing = "no digit was found: nothing stands out from its ground";
  CHECK(digit_error(test::photo_of({.paper = 200, .ink = 200})) == nothing);
  CHECK(digit_error(test::photo_of({.paper = 200, .ink = 200, .noise = 12})) == nothing);
  CHECK(digit_error(test::photo_of({.paper = 200, .ink = 200, .shadow_x = 0.5, .shadow_y = 0.3, .noise = 5})) ==
        nothing);
  CHECK(digit_error({.height = 1, .width = 1, .channels = 1, .pixels = {7}}) == nothing);
  for (const int value : {0, 255}) {
    CHECK(digit_error({.height = 40,
                       .width = 30,
                       .channels = 1,
                       .pixels = std::vector<std::uint8_t>(1200, static_cast<std::uint8_t>(value))}) == nothing);
  }
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "blank.png";
  test::write(file, png(std::vector<std::uint8_t>(100, 9), {10, 10}, 1));
  CHECK_THROWS_WITH_AS(load_image(file, {28, 28, 1}, {.fit = "digit"}), (file.string() + ": " + nothing).c_str(),
                       Error);
}

TEST_CASE("MNIST's own digits, which are prepared already, stay nearly as they are") {
  double sum = 0;
  const Dataset data = test::mnist().test.slice(0, 200);
  for (int n = 0; n < data.size(); ++n) {
    const auto first = data.storage().bytes.begin() + static_cast<std::ptrdiff_t>(data.index(n)) * 784;
    const Image digit{.height = 28, .width = 28, .channels = 1, .pixels = {first, first + 784}};
    sum += distance(digit, prepared_digit(digit, {28, 28}));
  }
  CHECK(sum / data.size() < 8);  // of 255; the mean of all their pixels is 33
}

TEST_CASE("images are fitted by stretching, by padding or as digits, in grey and colour") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.png";
  // 4 x 2: a border of 50 around nothing but it, with 200 in a corner
  test::write(file, png(std::vector<std::uint8_t>{200, 50, 50, 50, 50, 50, 50, 50}, {2, 4}, 1));
  const auto padded = load_image(file, {4, 4, 1}, {.fit = "pad"});
  CHECK(padded == std::vector<std::uint8_t>{50, 50, 50, 50, 200, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50});
  CHECK(load_image(file, {4, 4, 1}, {.invert = true, .fit = "pad"})[4] == 55);
  CHECK(load_image(file, {4, 4, 3}, {.fit = "pad"})[12] == 200);
  CHECK(load_image(file, {2, 2, 1}) == std::vector<std::uint8_t>{125, 50, 50, 50});
  std::vector<std::uint8_t> three(24);
  for (std::size_t i = 0; i < 24; ++i) three[i] = static_cast<std::uint8_t>(100 * (i % 3) + (i < 6 ? 9 : 7));
  test::write(file, png(three, {2, 4}, 3));
  const auto coloured = load_image(file, {6, 4, 3}, {.fit = "pad"});
  CHECK(std::vector(coloured.begin(), coloured.begin() + 6) == std::vector<std::uint8_t>{7, 107, 207, 7, 107, 207});
  CHECK(std::vector(coloured.begin() + 24, coloured.begin() + 48) == three);
  test::write(file, png(std::vector<std::uint8_t>{200, 50, 50, 50, 50, 50, 50, 50}, {4, 2}, 1));
  CHECK(load_image(file, {4, 5, 1}, {.fit = "pad"})[1] == 200);
  CHECK_THROWS_WITH_AS(load_image(file, {4, 4, 1}, {.fit = "crop"}),
                       (file.string() + ": fit: expected stretch, pad or digit, got \"crop\"").c_str(), Error);

  const Image photo = test::photo_of({.digit = 4});
  test::write(file, png(photo.pixels, {photo.height, photo.width}, 1));
  const auto grey = load_image(file, {28, 28, 1}, {.fit = "digit"});
  CHECK(grey == prepared_digit(photo, {28, 28}).pixels);
  CHECK(grey == load_image(file, {28, 28, 1}, {.invert = true, .fit = "digit"}));
  const auto colour = load_image(file, {28, 28, 3}, {.fit = "digit"});
  for (std::size_t i = 0; i < colour.size(); ++i) REQUIRE(colour[i] == grey[i / 3]);
  CHECK(load_image(file, {14, 56, 1}, {.fit = "digit"}).size() == 14 * 56);
}

TEST_CASE("connected components") {
  const std::vector<std::uint8_t> mask = {1, 0, 0, 0, 1,  //
                                          0, 1, 0, 0, 1,  //
                                          0, 0, 0, 0, 0,  //
                                          0, 0, 1, 0, 0,  //
                                          0, 0, 0, 0, 0};
  const auto components = components_of(mask, {5, 5});
  REQUIRE(components.size() == 3);
  CHECK(components[0].pixels == std::vector<std::int32_t>{0, 6});  // neighbours at a corner
  CHECK(components[0].on_border == 1);
  CHECK(components[1].area() == 2);
  CHECK(components[1].side() == 2);
  CHECK(components[2].top == 3);
  CHECK(components[2].right == 2);
  CHECK(components[2].on_border == 0);
  const auto of_borders = components_of({1, 1, 1, 1,  //
                                         1, 0, 0, 1,  //
                                         1, 1, 1, 1},
                                        {3, 4});
  REQUIRE(of_borders.size() == 1);
  CHECK(of_borders[0].on_border == 10);
  CHECK(of_borders[0].top == 0);
  CHECK(of_borders[0].left == 0);
  CHECK(of_borders[0].bottom == 2);
  CHECK(of_borders[0].right == 3);
  CHECK(of_borders[0].side() == 4);
  const auto apart = components_of({0, 0, 1, 0, 0, 0, 0, 0, 1}, {3, 3});
  REQUIRE(apart.size() == 2);
  CHECK(apart[1].pixels == std::vector<std::int32_t>{8});
  CHECK(apart[1].left == 2);
}

TEST_CASE("strokes are found by their contrast with the ground") {
  const auto striped = [](int paper, int ink) {
    Image photo{.height = 24, .width = 30, .channels = 1, .pixels = {}};
    for (int i = 0; i < 24 * 30; ++i) photo.pixels.push_back(static_cast<std::uint8_t>(i % 30 == 14 ? ink : paper));
    return photo;
  };
  const auto column = [](const Strokes& strokes, std::size_t x) { return strokes.contrast[12 * 30 + x]; };
  const Strokes dark = find_strokes(striped(200, 100));
  CHECK(column(dark, 14) == doctest::Approx(127.5));  // half of the light
  CHECK(column(dark, 5) == doctest::Approx(0));
  const Strokes light = find_strokes(striped(20, 120));
  CHECK(column(light, 14) == doctest::Approx(100));
  CHECK(column(light, 5) == doctest::Approx(0));
  for (std::size_t i = 0; i < dark.mask.size(); ++i) {
    CHECK(dark.mask[i] == (i % 30 == 14 ? 1 : 0));
    CHECK(light.mask[i] == dark.mask[i]);
  }
  const auto found = [&](int ink) { return std::ranges::count(find_strokes(striped(20, ink)).mask, 1); };
  CHECK(found(20 + 41) == 24);
  CHECK(found(20 + 40) == 24);
  CHECK(found(20 + 39) == 0);  // as faint as a soft shadow
}

TEST_CASE("filters of maps") {
  const FloatMap map = {1, 1, 1, 9, 1, 1};
  CHECK(box_mean(map, {1, 6}, 1) == FloatMap{1, 1, 11.0F / 3, 11.0F / 3, 11.0F / 3, 1});
  CHECK(box_mean(map, {6, 1}, 5) == FloatMap(6, 14.0F / 6));
  CHECK(closed({5, 5, 1, 5, 5, 2, 2, 2, 2}, {1, 9}, 1) == FloatMap{5, 5, 5, 5, 5, 2, 2, 2, 2});
  const FloatMap distances = distances_to({0, 0, 0, 0, 0, 0, 0, 0, 1}, {3, 3});
  CHECK(distances[8] == 0);
  CHECK(distances[7] == 1);
  CHECK(distances[0] == doctest::Approx(8.0 / 3));  // sqrt(8) = 2.83
  FloatMap thirds = distances_to({0, 0, 0, 0, 0,    //
                                  0, 0, 1, 0, 0,    //
                                  0, 0, 0, 0, 0,    //
                                  1, 0, 0, 0, 0},
                                 {4, 5});
  for (float& distance : thirds) distance = std::round(3 * distance);
  CHECK(thirds == FloatMap{7, 4, 3, 4, 7, 6, 3, 0, 3, 6, 3, 4, 3, 4, 7, 0, 3, 6, 7, 8});
  CHECK(box_mean({1, 2, 3, 4, 5, 6, 7, 8, 18}, {3, 3}, 1) == FloatMap{3, 3.5F, 4, 4.5F, 6, 7, 6, 8, 37.0F / 4});
  CHECK(closed({5, 5, 5, 5, 5,  //
                5, 1, 1, 1, 5,  //
                5, 1, 2, 1, 5,  //
                5, 1, 1, 1, 5},
               {4, 5}, 1) == FloatMap{5, 5, 5, 5, 5, 5, 2, 2, 2, 5, 5, 2, 2, 2, 5, 5, 2, 2, 2, 5});
}

TEST_CASE("images are listed below a folder, however deep, by content and name") {
  const test::TemporaryFolder folder;
  const std::string image = png(std::vector<std::uint8_t>(4, 9), {2, 2}, 1);
  for (const auto* name : {"b.png", "deep/er/a.dat", "deep/.hidden.png", "__MACOSX/x.png", ".trash/y.png", "bad.jpg"}) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    test::write(folder.path() / name, std::string(name) == "bad.jpg" ? "damaged" : image);
  }
  test::write(folder.path() / "notes.txt", "no image");
  std::filesystem::create_symlink("nowhere", folder.path() / "gone.png");
  const ImageList list = list_images(folder.path());
  REQUIRE(list.files.size() == 4);
  CHECK(list.files[0] == folder.path() / "b.png");
  CHECK(list.files[1] == folder.path() / "bad.jpg");
  CHECK(list.files[2] == folder.path() / "deep/er/a.dat");
  CHECK(list.files[3] == folder.path() / "gone.png");  // reading it tells what is wrong
  CHECK(list.passed_over == 1);
  CHECK_THROWS_AS(list_images(folder.path() / "none"), Error);
}
