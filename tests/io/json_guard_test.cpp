#include "io/json_guard.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace convoy;

TEST_CASE("JSON may not hide a value or nest without end") {
  CHECK_NOTHROW(guard_json(R"({"a": [1, 2.5, null, true, {"b": "x"}], "c": {"b": -3}})"));
  CHECK_THROWS_WITH_AS(guard_json(R"({"a": {"b": 1, "b": 2}})"), "name \"b\" appears twice", std::runtime_error);
  CHECK_THROWS_WITH_AS(guard_json(R"({"a": [], "b": 1, "b": 2})"), "name \"b\" appears twice", std::runtime_error);
  CHECK_NOTHROW(guard_json(std::string(8, '[')));
  CHECK_THROWS_WITH_AS(guard_json(std::string(9, '[')), "nested too deeply", std::runtime_error);
  std::string wide = "[0";
  for (int i = 2; i < 4'000'000; ++i) wide += ",0";
  CHECK_NOTHROW(guard_json(wide + "]"));  // with the list itself, 4 million values
  CHECK_THROWS_WITH_AS(guard_json(wide + ",0]"), "more than 4000000 values", std::runtime_error);
  CHECK_NOTHROW(guard_json("{\"a\":"));  // for the parser to find
}
