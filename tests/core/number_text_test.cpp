#include "convoy/number_text.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace convoy;

TEST_CASE("numbers, shares and counts") {
  CHECK(fixed(2.345, 1) == "2.3");
  CHECK(fixed(-1, 0) == "-1");
  CHECK(fixed(std::numeric_limits<double>::infinity(), 2) == "-");
  CHECK(percent(0.9842) == "98.42 %");
  CHECK(percent(std::nan("")) == "-");
  CHECK(with_separators(0) == "0");
  CHECK(with_separators(999) == "999");
  CHECK(with_separators(1000) == "1,000");
  CHECK(with_separators(1234567) == "1,234,567");
  CHECK(rounded(0.0012345) == "0.00123");
  CHECK(rounded(1.5e10) == "1.5e+10");
}

TEST_CASE("a time is told in two units, each from where it is one") {
  CHECK(duration(59.94) == "59.9 s");
  CHECK(duration(60) == "1 min 00 s");
  CHECK(duration(245.4) == "4 min 05 s");
  CHECK(duration(70) == "1 min 10 s");
  CHECK(duration(3599) == "59 min 59 s");
  CHECK(duration(3600) == "1 h 00 min");
  CHECK(duration(2 * 3600 + 9 * 60 + 59) == "2 h 09 min");
  CHECK(duration(1e9) == "277777 h 46 min");
  CHECK(duration(2e9) == "2000000000.0 s");
  CHECK(duration(std::nan("")) == "- s");
}
