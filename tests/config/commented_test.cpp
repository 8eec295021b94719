#include "config/commented.h"

#include <doctest/doctest.h>

#include "sample_catalog.h"

using namespace convoy;

namespace {

std::string comment(const std::string& text) {
  CommentedToml toml(sample_catalog());
  toml.add_comment(text);
  return toml.text();
}

}  // namespace

TEST_CASE("a comment has lines of at most 80 columns") {
  const std::string left(38, 'a');
  const std::string right(39, 'b');
  CHECK(comment("").append("end") == "#\nend");
  CHECK(comment(left + " " + right) == "# " + left + " " + right + "\n");
  CHECK(comment(left + "a " + right) == "# " + left + "a\n# " + right + "\n");
}

TEST_CASE("sections, types and keys are explained when they first come") {
  CommentedToml toml(sample_catalog());
  toml.add_section("augmentation");
  toml.add_key("shift", 0.5);
  toml.add_section("layer", "conv2d");
  toml.add_key("filters", std::int64_t{8});
  toml.add_section("layer", "conv2d");
  toml.add_key("filters", std::int64_t{16});
  CHECK(toml.text() ==
        "\n# Changes.\n[augmentation]\n# A factor.\nshift = 0.5\n"
        "\n# Layers.\n[[layer]]\n# Windows.\ntype = \"conv2d\"\n# Channels.\nfilters = 8\n"
        "\n[[layer]]\ntype = \"conv2d\"\nfilters = 16\n");
}
