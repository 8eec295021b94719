#include "convoy/shape.h"

#include <doctest/doctest.h>

#include "convoy/error.h"

using namespace convoy;

TEST_CASE("a shape knows its extents, size and text") {
  const Shape image{28, 27, 3};
  CHECK(image.rank() == 3);
  CHECK(image[1] == 27);
  CHECK(image.last() == 3);
  CHECK(image.size() == 28 * 27 * 3);
  CHECK(image.text() == "28x27x3");
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{}.text() == "scalar");
  CHECK(image == Shape{28, 27, 3});
  CHECK_FALSE(image == Shape{28, 27});
}

TEST_CASE("a shape refuses extents that make no sense") {
  CHECK_THROWS_AS((Shape{3, 0}), Error);
  CHECK_THROWS_AS((Shape{1, 2, 3, 4, 5}), Error);
  CHECK(Shape{1, 1}.size() == 1);
  CHECK(Shape{2147483647}.size() == 2147483647);
}
