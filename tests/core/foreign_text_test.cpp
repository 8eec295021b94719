#include "convoy/foreign_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

using namespace convoy;

namespace {

const std::string none = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

TEST_CASE("what is UTF-8 stays, every other byte is replaced") {
  for (const std::string good :
       {"", "abc", "zéro", "一", "\xf0\x9f\x90\xb1", "\x7f", "\xc2\x80", "\xe0\xa4\x85", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK(valid_utf8(good) == good);
  }
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"caf\xe9", "caf" + none},                        // Latin-1
      {"\xe9t\xe9", none + "t" + none},                 // the same before a letter
      {"\x80", none},                                   // continues nothing
      {"\xc3", none},                                   // cut short
      {"\xe4\xb8", none + none},                        // cut short
      {"\xe4\xb8x", none + none + "x"},                 // cut short by a letter
      {"\xc0\xaf", none + none},                        // "/", overlong
      {"\xe0\x80\xaf", none + none + none},             // "/", overlong
      {"\xf0\x80\x80\xaf", none + none + none + none},  // "/", overlong
      {"\xed\xa0\x80", none + none + none},             // a surrogate
      {"\xf4\x90\x80\x80", none + none + none + none},  // above U+10FFFF
      {"\xf8\x90\x80\x80", none + none + none + none},
      {"\xf8\x88\x80\x80\x80", none + none + none + none + none},
      {"\xff\xfe", none + none},
  };
  for (const auto& [bytes, text] : bad) CHECK(valid_utf8(bytes) == text);
}

TEST_CASE("what acts on a terminal or is invisible is shown") {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"plain zéro 一 \"quoted\" \\", "plain zéro 一 \"quoted\" \\"},
      {"\x1b[31m", "\\x1b[31m"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"a\nb\tc\rd\x7f", "a\\nb\\tc\\rd\\x7f"},
      {"caf\xe9", "caf\\xe9"},
      {"\xc2\x9b"
       "2J",
       "\\u009b2J"},  // C1: CSI in one character
      {"\xc2\x80\xc2\x9f", "\\u0080\\u009f"},
      {"\xe2\x80\xae"
       "fdp.exe",
       "\\u202efdp.exe"},  // right to left
      {"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u200e\\u200f\\u061c"},
      {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
      {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
      {"\xe2\x80\x8b\xe2\x81\xa0\xef\xbb\xbf\xc2\xad", "\\u200b\\u2060\\ufeff\\u00ad"},
      {"\xf3\xa0\x81\x81", "\\U000e0041"},  // a letter that is not seen
  };
  for (const auto& [bytes, text] : texts) {
    CHECK(shown(bytes) == text);
    CHECK(shown(text) == text);
  }
  CHECK(shown_lines("a\n\tb\x1b\r") == "a\n\tb\\x1b\\r");
}

TEST_CASE("tables are measured in columns") {
  CHECK(columns("abc") == 3);
  CHECK(columns("zéro") == 4);
  CHECK(columns("一二") == 4);
  CHECK(columns("e\xcc\x81") == 1);  // an accent of its own
  CHECK(padded("zé", 4) == "zé  ");
  CHECK(right_aligned("一", 4) == "  一");
  CHECK(padded("long", 2) == "long");
}

TEST_CASE("what is too long is cut in its middle, between characters") {
  CHECK(shortened("abcdefghij", 10) == "abcdefghij");
  CHECK(shortened("abcdefghijk", 10) == "abcd...ijk");
  CHECK(shortened("ééééééééééé", 10) == "éééé...ééé");
  CHECK(shortened("一二三四五六", 10) == "一二...六");
  CHECK(shortened("abcdef", 3) == "abc");
  CHECK(shortened("abcdef", 0).empty());
  for (std::size_t width = 0; width < 20; ++width) CHECK(columns(shortened("a一b二c三d四e五", width)) <= width);
  CHECK(columns(shortened(std::string(200, 'x'), 40)) == 40);
}

TEST_CASE("text is wrapped below where it begins") {
  CHECK(wrapped("  name  ", "one two three four", 19) == "  name  one two\n        three four\n");
  CHECK(wrapped("", "一二 三四 五", 9) == "一二 三四\n五\n");
  CHECK(wrapped("a: ", "unbreakable b", 8) == "a: unbreakable\n   b\n");
  CHECK(wrapped("a: ", "") == "a: \n");
}

TEST_CASE("JSON is written whatever its strings hold, and reads back") {
  const auto text_of = [](const std::string& text) { return json_text(nlohmann::json{{"k", text}}); };
  CHECK(text_of("zéro \"x\"\n") == "{\"k\":\"zéro \\\"x\\\"\\n\"}");
  CHECK(nlohmann::json::parse(text_of("caf\xe9"))["k"] == "caf" + none);
  const std::string hidden = "\xc2\x9b\x7f\xe2\x80\xae\xf3\xa0\x81\x81";
  CHECK(text_of(hidden) == R"({"k":"\u009b\u007f\u202e\udb40\udc41"})");
  CHECK(nlohmann::json::parse(text_of(hidden))["k"] == hidden);
  CHECK(json_text(nlohmann::json{{"k", 1}}, 2) == "{\n  \"k\": 1\n}");
}
