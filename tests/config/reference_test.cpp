// The second part of configs/README.md is made from the catalog:  CONVOY_WRITE_REFERENCE=1
// build/release/tests/config/config_test

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "config/catalog.h"
#include "config/explain.h"

using namespace convoy;

namespace {

constexpr const char* file = "configs/README.md";

constexpr const char* beginning =
    "# Every key of a configuration\n\n"
    "Made from the tables that the program itself reads; `convoy config explain KEY` shows the same. To make it again "
    "after a\n"
    "change: `CONVOY_WRITE_REFERENCE=1 build/release/tests/config/config_test`, from the top of the source tree.\n";

/// Without what Markdown would take for its own.
std::string plain(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string given(const KeySchema& key) {
  const std::string text = default_text(key);
  return text.starts_with("default ") ? text.substr(8) : text;
}

std::string key_rows(const std::vector<KeySchema>& keys) {
  if (keys.empty()) return "";
  std::string text = "\n| key | default | takes | what it does |\n|---|---|---|---|\n";
  for (const KeySchema& key : keys) {
    text += "| `" + key.name + "` | " + plain(given(key)) + " | " + plain(takes_text(key)) + " | " + plain(key.doc) +
            " |\n";
  }
  return text;
}

std::string section_text(const Section& section) {
  const std::string title = section.name.empty() ? "The top of the file" : "`" + heading(section) + "`";
  std::string text = "\n## " + title + "\n\n" + plain(section.doc) + "\n" + key_rows(section.keys);
  for (const TypeSchema& type : section.types) {
    text += "\n### `" + type.name + "`\n\n" + plain(type.doc) + "\n" + key_rows(type.keys);
  }
  return text;
}

std::string reference() {
  std::string text = beginning;
  for (const Section& section : catalog()) text += section_text(section);
  return text;
}

/// What is written by hand, and what was made, from its title on.
struct Page {
  std::string by_hand;
  std::string made;
};

Page page() {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  const std::size_t title = text.str().find("# Every key of a configuration\n");
  REQUIRE(title != std::string::npos);
  return {text.str().substr(0, title), text.str().substr(title)};
}

}  // namespace

TEST_CASE("configs/README.md lists every key as the program has it") {
  const std::string by_hand = page().by_hand;
  if (std::getenv("CONVOY_WRITE_REFERENCE") != nullptr) std::ofstream(file) << by_hand << reference();
  INFO("make it again: CONVOY_WRITE_REFERENCE=1 build/release/tests/config/config_test");
  const bool current = page().made == reference();
  CHECK(current);
}
