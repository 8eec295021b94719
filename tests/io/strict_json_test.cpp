#include "io/strict_json.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace convoy;

TEST_CASE("JSON is parsed, but not what hides a value or nests without end") {
  CHECK(parse_strictly(R"({"a": [1, {"b": 2}], "c": {"b": 3}})")["a"][1]["b"] == 2);
  CHECK_THROWS_WITH_AS(parse_strictly(R"({"a": {"b": 1, "b": 2}})"), "name \"b\" appears twice", std::runtime_error);
  CHECK_THROWS_WITH_AS(parse_strictly(std::string(100000, '[')), "nested too deeply", std::runtime_error);
  CHECK_THROWS_AS(parse_strictly("{\"a\":"), nlohmann::json::exception);
}
