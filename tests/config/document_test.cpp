#include "config/document.h"

#include <doctest/doctest.h>

#include <random>

#include "config/catalog.h"
#include "sample_catalog.h"

using namespace convoy;

namespace {

bool begins(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("what is not TOML is an error with line and column") {
  const std::string twice = sample_error("seed = 1\nseed = 2");
  CHECK(begins(twice, "a.toml:2:8: not valid TOML: "));
  CHECK(twice.find("cannot redefine") != std::string::npos);
  CHECK(begins(sample_error("[train]\nepochs = 1\n[train]\n"), "a.toml:3:1: not valid TOML: "));
  CHECK(begins(sample_error("[train]\nepochs = \n"), "a.toml:2:10: not valid TOML: "));
  CHECK(begins(sample_error("name = \"open\nseed = 1\n"), "a.toml:1:13: not valid TOML: "));
  CHECK(begins(sample_error("seed 3"), "a.toml:1:6: not valid TOML: "));
  CHECK(begins(sample_error("seed = 99999999999999999999"), "a.toml:1:28: not valid TOML: "));
}

TEST_CASE("a text without quotes gets a hint") {
  const std::string bare = sample_error("[optimizer]\n type = sgd # plain\n");
  CHECK(begins(bare, "a.toml:2:9: not valid TOML: "));
  CHECK(bare.ends_with("; texts need quotes: \"sgd\""));
  CHECK(sample_error("[optimizer]\ntype = sgd\nclip_norm = 1\n").ends_with("; texts need quotes: \"sgd\""));
  CHECK(sample_error("\n[optimizer]\ntype = sgd\n").ends_with("; texts need quotes: \"sgd\""));
  CHECK(sample_error("seed = True").find("quotes") == std::string::npos);
  CHECK(sample_error("seed = ").find("quotes") == std::string::npos);
}

TEST_CASE("values that no key takes are errors") {
  CHECK(sample_error("seed = 2024-01-01") == "a.toml:1:1: \"seed\" expects no date or time");
  CHECK(sample_error("input_shape = [28, 28.5]") ==
        "a.toml:1:20: \"input_shape\": a list holds whole numbers or texts and no mixture, got a number with a point");
  CHECK(sample_error("input_shape = [28,\n \"x\"]") ==
        "a.toml:2:2: \"input_shape\": a list holds whole numbers or texts and no mixture, got a text");
  CHECK(sample_error("input_shape = [[28]]") ==
        "a.toml:1:16: \"input_shape\": a list holds whole numbers or texts and no mixture, got a list");
  CHECK(sample_error("input_shape = [true]") ==
        "a.toml:1:16: \"input_shape\": a list holds whole numbers or texts and no mixture, got true or false");
}

TEST_CASE("what a sweep lists is kept as it was written, names in quotes where they need them") {
  const std::string text = "[sweep]\nx = [{a_b-1 = 1, \"c d\" = [2, 3], \"\" = \"e\"}, 0.5]\ny.z = true\n";
  const WrittenSection sweep = parse_document(text, "a.toml", catalog()).apart.at("sweep");
  REQUIRE(sweep.entries.size() == 2);
  CHECK(sweep.entries[0].name == "x");
  CHECK(sweep.entries[0].elements == Texts{R"({a_b-1 = 1, "c d" = [2, 3], "" = "e"})", "0.5"});
  CHECK(sweep.entries[1].name == "y.z");
  CHECK(sweep.entries[1].text == "true");
  CHECK_FALSE(sweep.entries[1].elements);
}

TEST_CASE("hostile texts end in an error of one short line") {
  std::mt19937 random(1);
  std::string junk;
  for (int i = 0; i < 4096; ++i) junk += static_cast<char>(random() & 0xffU);
  std::string many_keys = "[train]\n";
  for (int i = 0; i < 20'000; ++i) many_keys += "k" + std::to_string(i) + "=1\n";
  const Texts texts = {
      junk,
      std::string(1000, '\0'),
      "\xff\xfe\xfa",
      "a = \"\\ud800\"",
      repeated("[", 100'000),
      "a = " + repeated("[", 100'000),
      "a = " + repeated("{a=", 100'000),
      "a" + repeated(".a", 100'000) + " = 1",
      "[a" + repeated(".\"a\"", 100'000) + "]",
      "[a" + repeated(" . 'a'", 100'000) + "]",
      repeated("[[layer]]\n", 20'000),
      many_keys,
      "[" + std::string(200'000, 'x') + "]",
      std::string(200'000, 'x') + " = 1",
      "seed = \"" + std::string(200'000, 'x') + "\"",
      "\"a\\nb\" = 1",
  };
  for (const auto& text : texts) {
    const std::string message = sample_error(text);
    CAPTURE(message);
    CHECK(begins(message, "a.toml"));
    CHECK(message.size() < 250);
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("tables nested as deeply as the parser lets them pass without harm") {
  const std::string level = "{a.a.a.a.a.a.a.a = [\n";
  const std::string text = "seed = " + repeated(level, 120) + repeated("]}", 120);
  CHECK(begins(sample_error(text), "a.toml:1:"));
  CHECK(sample_error("[train.a.a.a.a.a.a.a]\na.a.a = 1") == "a.toml:2:3: tables are nested too deeply, at most 8");
}

TEST_CASE("dots in texts, comments and numbers are no parts of a key") {
  const std::string dots = repeated(".", 50);
  const std::string text =
      "# " + dots + "\nname = \"a\" # " + dots + "\n[data]\npath = \"" + dots + "\"\n[[layer]]\ntype = 'flatten'\n";
  CHECK(sample_error(text) == "no error");
  CHECK(sample_error("a.b.c.d.e.f.g.h = 1") == "a.toml:1:1: unknown section \"a\"");
  for (const std::string nine : {"a.b.c.d.e.f.g.h.i", "a_a.b.c.d.e.f.g.h.i_i", "a.b-b.c.d.e.f.g.h.i",
                                 "a . b .c. d.e.f.g.h.i", "a\t.\tb.c.d.e.f.g.h.i", "a.'b b'.c.\"d\".e.f.g.h.i"})
    CHECK(sample_error(nine + " = 1") == "a.toml:1:1: a key has too many parts, at most 8");
  CHECK(sample_error("name = 'open\na.b.c.d.e.f.g.h.i = 1") == "a.toml:2:1: a key has too many parts, at most 8");
  CHECK(sample_error("name = \"\\\"\"\na.b.c.d.e.f.g.h.i = 1") == "a.toml:2:1: a key has too many parts, at most 8");
  std::string numbers = "[augmentation]\nshift = 0.5\n[data]\nlist = [";
  for (int i = 0; i < 10; ++i) numbers += "0.5,";
  CHECK(sample_error(numbers + "]").find("\"list\": a list holds whole numbers or texts") != std::string::npos);
  CHECK(sample_error("# one\n'a'.b = 1\n\"\"\"\n\"\"\"\na.b.c.d.e.f.g.h.i = 1") ==
        "a.toml:5:1: a key has too many parts, at most 8");
  CHECK(sample_error("name = \"\"\"\n" + dots + "\"\n\"\"\"" + one_layer).find("\"name\" expects") !=
        std::string::npos);
}
