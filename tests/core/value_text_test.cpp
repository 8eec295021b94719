#include "core/value_text.h"

#include <doctest/doctest.h>

using namespace convoy;

TEST_CASE("values are written as TOML") {
  CHECK(toml_text(true) == "true");
  CHECK(toml_text(std::int64_t{-3}) == "-3");
  CHECK(toml_text(1e-7) == "1e-07");
  CHECK(toml_text(Integers{3, 1}) == "[3, 1]");
  CHECK(toml_text(Texts{"a", "b"}) == R"(["a", "b"])");
  CHECK(toml_text(Texts{}) == "[]");
  CHECK(toml_text(std::string("a \"b\" \\ \n\t\x01\x7f é")) == R"("a \"b\" \\ \n\t\u0001\u007f é")");
}

TEST_CASE("a value reads back whatever it holds") {
  CHECK(toml_text(std::string("\xc2\x9b \xe2\x80\xae \xf3\xa0\x81\x81")) == R"("\u009b \u202e \U000e0041")");
}

TEST_CASE("brief shows what it quotes, and shortens it between characters") {
  CHECK(brief("a\nb") == "a\\nb");
  CHECK(brief(std::string(80, 'x')) == std::string(80, 'x'));
  CHECK(brief(std::string(79, 'x') + "éé", 10) == "xxxx...xéé");
  CHECK(in_quotes("\x1b[2J") == "\"\\x1b[2J\"");
}

TEST_CASE("keys are described by kind and range") {
  KeySchema key{.name = "rate", .kind = Kind::number, .fallback = {}, .doc = ""};
  CHECK(kind_text(key) == "a number");
  CHECK(range_text(key).empty());
  key.min = 0;
  CHECK(range_text(key) == "at least 0.0");
  key.min = 1e-30;
  key.max = 1e30;
  CHECK(range_text(key) == "above 0");
  key.min = -1e30;
  key.max = 1;
  CHECK(range_text(key) == "at most 1.0");
  key.min = 0;
  CHECK(range_text(key) == "0.0 to 1.0");
  key.kind = Kind::integer;
  CHECK(range_text(key) == "0 to 1");
}
