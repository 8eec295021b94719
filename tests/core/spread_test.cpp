#include "core/spread.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace convoy;

TEST_CASE("mean and sample deviation") {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  CHECK(spread_of(values).mean == 5);
  CHECK(spread_of(values).deviation == doctest::Approx(2.13808993529939517));  // sqrt(32 / 7)
}

TEST_CASE("numbers far from 0 deviate no more than near it") {
  CHECK(spread_of(std::vector{1e17, 1e17 + 32}).deviation == doctest::Approx(std::sqrt(512.0)));
}

TEST_CASE("one value does not deviate, and none has no mean") {
  CHECK(spread_of(std::vector{3.5}).mean == 3.5);
  CHECK(spread_of(std::vector{3.5}).deviation == 0);
  CHECK(spread_of({}).mean == 0);
  CHECK(spread_of({}).deviation == 0);
}
