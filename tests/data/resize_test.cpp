#include "data/resize.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>

#include "support/bytes.h"

using namespace convoy;
using test::Bytes;

TEST_CASE("shrinking averages areas") {
  CHECK(resize_image(Bytes{10, 20, 30, 40}, {1, 4}, {1, 2}, 1) == Bytes{15, 35});
  CHECK(resize_image(Bytes{0, 90, 30}, {1, 3}, {1, 2}, 1) == Bytes{30, 50});  // the middle is shared by halves
  CHECK(resize_image(Bytes{1, 100, 3, 200, 5, 50, 7, 150}, {2, 2}, {1, 1}, 2) == Bytes{4, 125});
  CHECK(resize_image(Bytes(10000, 7), {100, 100}, {3, 7}, 1) == Bytes(21, 7));
}

TEST_CASE("growing interpolates between the centres of pixels, and holds at the edges") {
  CHECK(resize_image(Bytes{0, 100}, {1, 2}, {1, 4}, 1) == Bytes{0, 25, 75, 100});
  CHECK(resize_image(Bytes{9}, {1, 1}, {2, 3}, 1) == Bytes(6, 9));
  CHECK(resize_image(Bytes{1, 2, 3, 4, 5, 6}, {2, 1}, {2, 1}, 3) == Bytes{1, 2, 3, 4, 5, 6});
}

TEST_CASE("one axis may shrink while the other grows, by any factor") {
  CHECK(resize_image(Bytes{0, 100, 200, 100}, {1, 4}, {2, 2}, 1) == Bytes{50, 150, 50, 150});
  Bytes long_row(100000);
  std::iota(long_row.begin(), long_row.end(), std::uint8_t{0});
  const Bytes square = resize_image(long_row, {1, 100000}, {28, 28}, 1);
  REQUIRE(square.size() == 784);
  for (const std::uint8_t value : square) CHECK(std::abs(value - 127) <= 2);
}
