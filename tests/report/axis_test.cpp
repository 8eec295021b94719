#include "report/axis.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace convoy;

TEST_CASE("ticks are round and enclose the data") {
  CHECK(nice_ticks(0, 1, 5) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(nice_ticks(3, 97, 5).front() == 0);
  CHECK(nice_ticks(3, 97, 5).back() == 100);
  CHECK(nice_ticks(-1, 1, 4) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK(nice_ticks(0, 35, 5) == std::vector<double>{0, 10, 20, 30, 40});
  CHECK(nice_ticks(0, 1, 0) == std::vector<double>{0, 1});
  CHECK(nice_ticks(0, 1e-12, 5).size() == 6);
  CHECK(nice_ticks(0, 1e12, 5).size() == 6);
}

TEST_CASE("the ticks of a flat line have it in their middle") {
  const std::vector<double> ticks = nice_ticks(5, 5, 5);
  CHECK(ticks.size() == 7);
  CHECK(ticks.front() == doctest::Approx(4.4));
  CHECK(ticks.back() == doctest::Approx(5.6));
  CHECK(nice_ticks(0, 0, 5) == nice_ticks(0, 1, 5));
  CHECK(nice_ticks(1e16, 1e16 + 2, 5).size() > 1);  // as good as flat
}

TEST_CASE("what is no range has the ticks 0 and 1") {
  for (const auto& [low, high] :
       std::vector<std::pair<double, double>>{{NAN, 1}, {0, NAN}, {0, INFINITY}, {-INFINITY, 0}, {2, 1}}) {
    CHECK(nice_ticks(low, high, 5) == std::vector<double>{0, 1});
  }
}

TEST_CASE("numbers are short") {
  for (const auto& [value, text] : std::vector<std::pair<double, const char*>>{{0, "0"},
                                                                               {0.25, "0.25"},
                                                                               {-3, "-3"},
                                                                               {0.001, "0.001"},
                                                                               {0.999e-3, "0.000999"},
                                                                               {0.998e-3, "9.98e-4"},
                                                                               {0.0001, "1e-4"},
                                                                               {-2.5e-7, "-2.5e-7"},
                                                                               {999, "999"},
                                                                               {1e3, "1k"},
                                                                               {1e6, "1M"},
                                                                               {1e9, "1e9"},
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
  CHECK(Axis::logarithmic(1, 100).ticks() == std::vector<double>{1, 2, 5, 10, 20, 50, 100});
  CHECK(Axis::logarithmic(1, 1000).ticks() == std::vector<double>{1, 10, 100, 1000});
  CHECK(Axis::logarithmic(0.01, 100).low() == doctest::Approx(0.01));
  CHECK(Axis::logarithmic(0.01, 100).high() == doctest::Approx(100));
  CHECK(Axis::logarithmic(1e-30, 1e30).ticks().size() <= 8);
}

TEST_CASE("an exact axis has no ticks outside") {
  const Axis axis = Axis::exact(20, 1719, 7);
  CHECK(axis.place(20) == 0);
  CHECK(axis.place(1719) == 1);
  for (const double tick : axis.ticks()) CHECK((tick >= 20 && tick <= 1719));
  CHECK(Axis::exact(1, 5, 4).ticks() == std::vector<double>{1, 2, 3, 4, 5});
  CHECK(Axis::exact(1, 1, 7).place(1) == doctest::Approx(0.5));
}
