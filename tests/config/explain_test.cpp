#include "config/explain.h"

#include <doctest/doctest.h>

#include "sample_catalog.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

std::string page(const std::string& name) { return explain(name, sample_catalog()); }

}  // namespace

TEST_CASE("a key's page has its meaning, what it takes and its default") {
  CHECK(page("train.epochs") == "train.epochs\n  A count.\n  takes: a whole number, at least 1\n  default 10\n");
  CHECK(page("conv2d.padding") == "conv2d.padding\n  Which one.\n  takes: valid or same\n  default \"valid\"\n");
  CHECK(page("name") == "name\n  A text.\n  takes: a text\n  may be left out\n");
  CHECK(contains(page("conv2d.filters"), "must be given"));
  CHECK(contains(page("input_shape"), "may be left out"));
  CHECK(page("conv2d.trainable") == page("layer.trainable"));
  CHECK(page("layer.conv1.trainable") == page("layer.trainable"));  // as an override says it
}

TEST_CASE("a key of several types is explained for each") {
  CHECK(page("optimizer.learning_rate") == page("adam.learning_rate") + "\n" + page("sgd.learning_rate"));
}

TEST_CASE("the page of a type or section lists what is in it") {
  CHECK(page("adam") ==
        "adam ([optimizer] type = \"adam\")\n  Moments.\n\nkeys:\n"
        "  learning_rate  a number, at least 0.0; default 0.001\n"
        "  beta_1         a number, at least 0.0; default 0.9\n"
        "\nand those that all types share: convoy config explain optimizer\n");
  CHECK(contains(page("optimizer"), "clip_norm"));
  CHECK(contains(page("optimizer"), "  sgd   Plain."));
  CHECK(contains(page("layer"), "[[layer]]"));
}

TEST_CASE("a name that does not exist is an error with the nearest") {
  const auto error = [](const std::string& name) {
    try {
      return page(name);
    } catch (const Error& e) {
      return std::string(e.what());
    }
  };
  CHECK(error("train.epchs") == "no key, type or section is named \"train.epchs\"; did you mean \"train.epochs\"?");
  CHECK(error("xyzzy!") ==
        "no key, type or section is named \"xyzzy!\"; expected a section, a type or a key such as train.epochs");
  CHECK(contains(error(""), "no key"));
}
