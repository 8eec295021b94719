#include "report/axis.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace convoy;

TEST_CASE("ticks are round and enclose the data") {
  CHECK(nice_ticks(0, 1, 5) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(nice_ticks(3, 97, 5).front() == 0);
  CHECK(nice_ticks(3, 97, 5).back() == 100);
  CHECK(nice_ticks(5, 5, 5).size() > 1);
  CHECK(nice_ticks(0, 0, 5).front() == 0);
  CHECK(nice_ticks(1e16, 1e16 + 2, 5).size() > 1);  // as good as flat
  CHECK(nice_ticks(std::nan(""), 1, 5) == std::vector<double>{0, 1});
}

TEST_CASE("numbers are short") {
  for (const auto& [value, text] : std::vector<std::pair<double, const char*>>{{0, "0"},
                                                                               {0.25, "0.25"},
                                                                               {-3, "-3"},
                                                                               {0.001, "0.001"},
                                                                               {0.0001, "1e-4"},
                                                                               {-2.5e-7, "-2.5e-7"},
                                                                               {999, "999"},
                                                                               {1500, "1.5k"},
                                                                               {20e6, "20M"},
                                                                               {3e12, "3e12"},
                                                                               {INFINITY, "-"}}) {
    CHECK(short_number(value) == text);
  }
}

TEST_CASE("a logarithmic axis runs from one power of ten to another") {
  const Axis axis = Axis::logarithmic(0.02, 30);
  CHECK(axis.low() == doctest::Approx(0.01));
  CHECK(axis.high() == doctest::Approx(100));
  CHECK(axis.place(1) == doctest::Approx(0.5));
  CHECK(axis.ticks().size() == 5);
  CHECK(Axis::logarithmic(1, 1).ticks() == std::vector<double>{1, 2, 5, 10});
  CHECK(Axis::logarithmic(1e-30, 1e30).ticks().size() <= 8);
}

TEST_CASE("an exact axis has no ticks outside") {
  const Axis axis = Axis::exact(20, 1719, 7);
  CHECK(axis.place(20) == 0);
  CHECK(axis.place(1719) == 1);
  for (const double tick : axis.ticks()) CHECK((tick >= 20 && tick <= 1719));
  CHECK(Axis::exact(1, 1, 7).place(1) == doctest::Approx(0.5));
}
