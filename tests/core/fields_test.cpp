#include "convoy/fields.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "convoy/error.h"

using namespace convoy;

namespace {

enum class Way { north, south };

struct Part {
  double l1 = 0;
};

struct Example {
  int count = 0;
  double share = 0.5;
  bool on = true;
  std::string padding = "valid";
  Size2 size = {2, 3};
  Way way = Way::south;
  std::optional<int> steps = {};
  Texts names = {"a"};
  Part part = {};
};

const Fields<Example>& example_fields() {
  static const Fields<Part> part = Fields<Part>().add("l1", &Part::l1, "A penalty.", {.min = 0});
  static const Fields<Example> fields = Fields<Example>()
                                            .add("count", &Example::count, "How many.", {.min = 1, .required = true})
                                            .add("share", &Example::share, "How much.", {.min = 0, .max = 1})
                                            .add("on", &Example::on, "Whether.")
                                            .add("padding", &Example::padding, "Which.", {.choices = {"valid", "same"}})
                                            .add("size", &Example::size, "How large.", {.min = 1})
                                            .add("way", &Example::way, "Where to.", {.choices = {"north", "south"}})
                                            .add("steps", &Example::steps, "How often.", {.min = 0})
                                            .add("names", &Example::names, "Whose.")
                                            .add_all(part, &Example::part);
  return fields;
}

Settings completed(Settings settings) {
  settings.complete(example_fields().keys(), "example");
  return settings;
}

}  // namespace

TEST_CASE("keys have the struct's values as defaults") {
  const std::vector<KeySchema> keys = example_fields().keys();
  REQUIRE(keys.size() == 9);
  CHECK(keys[0].required);
  CHECK_FALSE(keys[0].fallback);
  CHECK(keys[1].kind == Kind::number);
  CHECK(keys[1].fallback == Value{0.5});
  CHECK(keys[1].max == 1);
  CHECK(keys[2].kind == Kind::flag);
  CHECK(keys[3].kind == Kind::choice);
  CHECK(keys[3].choices == Texts{"valid", "same"});
  CHECK(keys[4].fallback == Value{Integers{2, 3}});
  CHECK(keys[5].fallback == Value{std::string("south")});
  CHECK_FALSE(keys[6].fallback);
  CHECK_FALSE(keys[6].required);
  CHECK(keys[7].kind == Kind::names);
  CHECK(keys[8].name == "l1");
}

TEST_CASE("a struct becomes settings and the same struct again") {
  const Example given{.count = 7, .on = false, .size = 5, .way = Way::north, .steps = 9, .part = {.l1 = 0.25}};
  const Settings settings = completed(example_fields().settings(given));
  CHECK(settings.integer("count") == 7);
  CHECK(settings.text("way") == "north");
  CHECK(settings.integer("size") == 5);
  const Example read = example_fields().read(settings);
  CHECK(read.count == 7);
  CHECK_FALSE(read.on);
  CHECK(read.size == Size2{5, 5});
  CHECK(read.way == Way::north);
  CHECK(read.steps == 9);
  CHECK(read.part.l1 == 0.25);
}

TEST_CASE("what a struct may not hold is an error") {
  CHECK_THROWS_WITH_AS(completed(example_fields().settings({})), "example: \"count\" expects at least 1, got 0", Error);
  CHECK_THROWS_WITH_AS(completed(example_fields().settings({.count = 1, .padding = "sane"})),
                       "example: \"padding\" expects valid or same, got \"sane\"; did you mean \"same\"?", Error);
}

TEST_CASE("fields are added in order, those of others too") {
  Fields<Part> fields = Fields<Part>().add("l1", &Part::l1, "A penalty.");
  fields.add_all(Fields<Part>().add("again", &Part::l1, "The same."));
  REQUIRE(fields.keys().size() == 2);
  CHECK(fields.keys()[1].name == "again");
  CHECK(fields.settings({.l1 = 0.5}).number("again") == 0.5);
}

TEST_CASE("a key that may be absent leaves its member empty") {
  Settings settings;
  settings.set("count", std::int64_t{1});
  CHECK_FALSE(example_fields().read(completed(settings)).steps);
}
