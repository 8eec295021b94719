#include "data/thumbnail.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/bytes.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::Bytes;

namespace {

/// The pixels of sample i's thumbnail, which must have this shape.
Bytes pixels_of_thumbnail(const Dataset& data, int i, const Shape& shape) {
  const test::TemporaryFolder folder;
  const std::string png = thumbnail(data, i);
  REQUIRE(png.size() > 24);
  CHECK(png.substr(16, 8) == test::big_endian(static_cast<std::uint64_t>(shape[1]), 4) +
                                 test::big_endian(static_cast<std::uint64_t>(shape[0]), 4));
  test::write(folder.path() / "a.png", png);
  return load_image(folder.path() / "a.png", shape);
}

/// An image of zeros as a data set.
Dataset zeros(const Shape& shape) { return Dataset::from_bytes(shape, Bytes(shape.size()), {0}); }

}  // namespace

TEST_CASE("a small image is its own thumbnail, grey or in colour") {
  const Dataset grey = Dataset::from_bytes({1, 2, 1}, {1, 2, 30, 40, 5, 6}, {0, 0, 0});
  CHECK(pixels_of_thumbnail(grey, 1, {1, 2, 1}) == Bytes{30, 40});
  CHECK(pixels_of_thumbnail(grey.slice(1, 2), 1, {1, 2, 1}) == Bytes{5, 6});
  CHECK(pixels_of_thumbnail(Dataset::from_bytes({1, 1, 3}, {9, 8, 7}, {0}), 0, {1, 1, 3}) == Bytes{9, 8, 7});
}

TEST_CASE("floats are stretched from their least to their largest value") {
  const Dataset data = Dataset::from_floats({2, 2, 1}, {-1, 0, 1, 3, 7, 7, 7, 7}, std::vector<int>{0, 0});
  CHECK(pixels_of_thumbnail(data, 0, {2, 2, 1}) == Bytes{0, 64, 128, 255});
  CHECK(pixels_of_thumbnail(data, 1, {2, 2, 1}) == Bytes{0, 0, 0, 0});
}

TEST_CASE("a thumbnail has at most 96 pixels a side, and at least one") {
  CHECK(pixels_of_thumbnail(zeros({96, 50, 1}), 0, {96, 50, 1}).size() == 96 * 50);
  CHECK(pixels_of_thumbnail(zeros({192, 97, 1}), 0, {96, 48, 1}).size() == 96 * 48);
  CHECK(pixels_of_thumbnail(zeros({48, 192, 3}), 0, {24, 96, 3}).size() == std::size_t{24} * 96 * 3);
  CHECK(pixels_of_thumbnail(zeros({1, 200, 1}), 0, {1, 96, 1}).size() == 96);
  CHECK(pixels_of_thumbnail(zeros({200, 1, 1}), 0, {96, 1, 1}).size() == 96);
}

TEST_CASE("what is no image has no thumbnail") {
  CHECK(thumbnail(zeros({4}), 0).empty());
  CHECK(thumbnail(zeros({2, 2, 2}), 0).empty());
}
