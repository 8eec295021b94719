#include "convoy/data_statistics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace convoy;

TEST_CASE("statistics are those of all numbers, by hand") {
  const Dataset data = Dataset::from_floats({2}, {1, 2, 3, 6, 1, 2}, std::vector<int>{0, 2, 0});
  const DataStatistics statistics = statistics_of(data);
  CHECK(statistics.samples == 3);
  CHECK(statistics.mean == doctest::Approx(2.5));
  CHECK(statistics.deviation == doctest::Approx(std::sqrt((1.0 + 4 + 9 + 36 + 1 + 4) / 6 - 6.25)));
  CHECK(statistics.min == 1);
  CHECK(statistics.max == 6);
  CHECK(statistics.duplicates == 1);
  CHECK(statistics.per_class == std::vector<int>{2, 0, 1});
}

TEST_CASE("of bytes, and of a part of the data") {
  const Dataset data = Dataset::from_bytes({1}, {0, 255, 10, 20}, {0, 1, 1, 0});
  const DataStatistics statistics = statistics_of(data.slice(2, 2));
  CHECK(statistics.mean == 15);
  CHECK(statistics.deviation == 5);
  CHECK(statistics.per_class == std::vector<int>{1, 1});
  CHECK(statistics.duplicates == 0);
}
