#include "core/name_text.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "convoy/foreign_text.h"

using namespace convoy;

TEST_CASE("a name of any bytes has a text of its own, which gives the name back") {
  CHECK(name_text("zéro") == "zéro");
  CHECK(name_text("a\\b") == "a\\b");
  CHECK(name_text("caf\xe9") == R"(caf\xe9)");
  CHECK(name_text(R"(caf\xe9)") == R"(caf\x5cxe9)");
  CHECK(name_text(R"(caf\x5cxe9)") == R"(caf\x5cx5cxe9)");
  CHECK(name_text("\\\xe9") == R"(\\xe9)");
  CHECK(name_bytes(R"(a\xE9\x)") == R"(a\xE9\x)");  // no escapes
}

TEST_CASE("different names never become one") {
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same names each time
  const std::string letters = "\\xe95c\xe9\xc3\xa9";
  std::set<std::string> names;
  std::set<std::string> texts;
  for (int i = 0; i < 20000; ++i) {
    std::string name;
    for (std::size_t length = random() % 10; length > 0; --length) name += letters[random() % letters.size()];
    const std::string text = name_text(name);
    CHECK(valid_utf8(text) == text);
    CHECK(name_bytes(text) == name);
    names.insert(name);
    texts.insert(text);
  }
  CHECK(texts.size() == names.size());
}
