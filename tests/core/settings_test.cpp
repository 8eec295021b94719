#include "convoy/settings.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "convoy/error.h"

using namespace convoy;

namespace {

const std::vector<KeySchema> keys = {
    {.name = "filters", .kind = Kind::integer, .fallback = {}, .doc = "", .min = 1, .required = true},
    {.name = "kernel", .kind = Kind::pair, .fallback = Value{std::int64_t{3}}, .doc = "", .min = 1},
    {.name = "padding",
     .kind = Kind::choice,
     .fallback = Value{std::string("valid")},
     .doc = "",
     .choices = {"valid", "same"}},
    {.name = "rate", .kind = Kind::number, .fallback = Value{0.5}, .doc = "", .min = 0, .max = 1},
    {.name = "offset", .kind = Kind::number, .fallback = {}, .doc = ""},
    {.name = "held_out", .kind = Kind::amount, .fallback = {}, .doc = "", .min = 0},
};

std::string message_of(Settings settings) {
  try {
    settings.complete(keys, "layer \"conv2\"");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Settings with(const std::string& name, Value value) {
  Settings settings;
  settings.set("filters", std::int64_t{8}, "a.toml:2:1");
  settings.set(name, std::move(value), "a.toml:3:1");
  return settings;
}

}  // namespace

TEST_CASE("complete adds defaults in the order of the keys") {
  Settings settings = with("rate", std::int64_t{1});
  settings.complete(keys, "layer");
  REQUIRE(settings.entries().size() == 4);
  CHECK(settings.entries()[1].name == "kernel");
  CHECK(settings.integer("filters") == 8);
  CHECK(settings.pair("kernel") == std::pair{3, 3});
  CHECK(settings.number("rate") == 1.0);
  CHECK(settings.text("padding") == "valid");
}

TEST_CASE("complete names the place, the expectation and the nearest key") {
  CHECK(message_of(with("fliters", std::int64_t{3})) ==
        "a.toml:3:1: layer \"conv2\": unknown key \"fliters\"; did you mean \"filters\"?");
  CHECK(message_of(with("rate", 1.5)) == "a.toml:3:1: layer \"conv2\": \"rate\" expects 0.0 to 1.0, got 1.5");
  CHECK(message_of(with("rate", std::string("x"))) ==
        "a.toml:3:1: layer \"conv2\": \"rate\" expects a number, got \"x\"");
  CHECK(message_of(with("padding", std::string("sme"))) ==
        "a.toml:3:1: layer \"conv2\": \"padding\" expects valid or same, got \"sme\"; did you mean \"same\"?");
  CHECK(message_of(with("kernel", Integers{3, 0})) ==
        "a.toml:3:1: layer \"conv2\": \"kernel\" expects at least 1, got [3, 0]");
  CHECK(message_of({}) == "layer \"conv2\": missing key \"filters\": a whole number");
}

TEST_CASE("numbers out of bounds, too large for an int or not finite are errors") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(message_of(with("kernel", std::int64_t{3'000'000'000})) ==
        "a.toml:3:1: layer \"conv2\": \"kernel\" expects at most 2147483647, got 3000000000");
  CHECK(message_of(with("kernel", std::numeric_limits<std::int64_t>::min())) ==
        "a.toml:3:1: layer \"conv2\": \"kernel\" expects at least 1, got -9223372036854775808");
  CHECK(message_of(with("offset", -infinity)) ==
        "a.toml:3:1: layer \"conv2\": \"offset\" expects a finite number, got -inf");
  CHECK(message_of(with("rate", std::nan(""))) ==
        "a.toml:3:1: layer \"conv2\": \"rate\" expects a finite number, got nan");
}

TEST_CASE("messages stay one short line whatever the value") {
  const std::string message = message_of(with("rate", std::string(10'000, 'x') + "\n"));
  CHECK(message.size() < 200);
  CHECK(message.find("xxx...") != std::string::npos);
  CHECK(message_of(with("a\nb", 1.0)) == "a.toml:3:1: layer \"conv2\": unknown key \"a\\nb\"");
}

TEST_CASE("a number given as a whole number is kept as a number") {
  Settings settings = with("rate", std::int64_t{1});
  settings.complete(keys, "");
  CHECK(settings == [] {
    Settings twin = with("rate", 1.0);
    twin.complete(keys, "");
    return twin;
  }());
}

TEST_CASE("an amount is a count, or a share below 1") {
  const auto amount = [](Value value) {
    Settings settings = with("held_out", std::move(value));
    settings.complete(keys, "data");
    return settings.amount("held_out", 55);
  };
  CHECK(amount(std::int64_t{5000}) == 5000);
  CHECK(amount(std::int64_t{1}) == 1);
  CHECK(amount(0.1) == 6);  // 5.5, rounded
  CHECK(amount(0.0) == 0);
  const std::string expects = "a.toml:3:1: layer \"conv2\": \"held_out\" expects ";
  CHECK(message_of(with("held_out", 1.0)) == expects + "a whole number, or a share below 1, got 1.0");
  CHECK(message_of(with("held_out", 5000.5)) == expects + "a whole number, or a share below 1, got 5000.5");
  CHECK(message_of(with("held_out", -0.1)) == expects + "at least 0, got -0.1");
  CHECK(message_of(with("held_out", std::int64_t{-3})) == expects + "at least 0, got -3");
  CHECK(message_of(with("held_out", std::string("10 %"))) ==
        expects + "a whole number, or a share below 1, got \"10 %\"");
}

TEST_CASE("a default can depend on another key, whose own default counts where it is not given") {
  const std::vector<KeySchema> preset_keys = {{.name = "momentum",
                                               .kind = Kind::number,
                                               .doc = "",
                                               .fallback_by = {"preset", {{"keras", 0.99}, {"torch", 0.9}}}},
                                              {.name = "preset",
                                               .kind = Kind::choice,
                                               .fallback = std::string("keras"),
                                               .doc = "",
                                               .choices = {"keras", "torch"}}};
  const auto momentum = [&](Settings settings) {
    settings.complete(preset_keys, "");
    return settings.number("momentum");
  };
  Settings settings;
  CHECK(momentum(settings) == 0.99);
  settings.set("preset", std::string("torch"));
  CHECK(momentum(settings) == 0.9);
  settings.set("momentum", 0.5);
  CHECK(momentum(settings) == 0.5);
  Settings typo;
  typo.set("preset", std::string("torhc"));
  CHECK_THROWS_AS(typo.complete(preset_keys, ""), Error);
}

TEST_CASE("a default that depends on another key is none where that has no value") {
  Settings settings;
  settings.complete(
      {{.name = "momentum", .kind = Kind::number, .doc = "", .fallback_by = {"preset", {{"keras", 0.99}}}},
       {.name = "preset", .kind = Kind::choice, .doc = "", .choices = {"keras"}}},
      "");
  CHECK(settings.entries().empty());
}

TEST_CASE("sides are a whole number, two or four, or a choice where there is one") {
  const auto error_of = [](const Texts& choices, Value value) -> std::string {
    Settings settings;
    settings.set("padding", std::move(value));
    try {
      settings.complete({{.name = "padding", .kind = Kind::sides, .doc = "", .min = 0, .choices = choices}}, "");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const Texts choices = {"valid", "same"};
  for (const Value& fine : {Value{std::int64_t{3}}, Value{Integers{1, 2}}, Value{Integers{0, 1, 2, 3}}}) {
    CHECK(error_of(choices, fine).empty());
    CHECK(error_of({}, fine).empty());
  }
  CHECK(error_of(choices, std::string("same")).empty());
  const std::string numbers = "a whole number, two (height, width) or four of them (top, bottom, left, right), got ";
  const std::string expects = "\"padding\" expects valid, same, " + numbers;
  CHECK(error_of(choices, std::string("sme")) == expects + "\"sme\"; did you mean \"same\"?");
  CHECK(error_of(choices, Integers{1}) == expects + "[1]");
  CHECK(error_of(choices, Integers{1, 2, 3}) == expects + "[1, 2, 3]");
  CHECK(error_of(choices, Integers{1, 2, 3, 4, 5}) == expects + "[1, 2, 3, 4, 5]");
  CHECK(error_of(choices, 1.5) == expects + "1.5");
  CHECK(error_of({}, std::string("same")) == "\"padding\" expects " + numbers + "\"same\"");
  CHECK(error_of(choices, Integers{1, -1}) == "\"padding\" expects at least 0, got [1, -1]");
}

TEST_CASE("sides are read as top, bottom, left and right, or by height and width") {
  Settings settings;
  const auto sides = [&](const Integers& numbers) {
    settings.set("padding", numbers);
    return settings.sides("padding");
  };
  CHECK(sides({1, 2}) == Sides{1, 2});
  CHECK(sides({0, 1, 2, 3}) == Sides{0, 1, 2, 3});
  CHECK_THROWS_WITH(sides({1, 2, 3}), "setting \"padding\" needs two numbers or four: [1, 2, 3]");
  settings.set("padding", std::int64_t{4});
  CHECK(settings.sides("padding") == Sides{4});
}

TEST_CASE("any text is a text") {
  Settings settings;
  settings.set("name", std::string("any(1"));
  CHECK_NOTHROW(settings.complete({{.name = "name", .kind = Kind::text, .doc = ""}}, ""));
  CHECK(settings.text("name") == "any(1");
}

TEST_CASE("a number is an int, or refused as too large for one") {
  Settings settings;
  const auto integer = [&](std::int64_t number) {
    settings.set("n", number);
    return settings.integer("n");
  };
  CHECK(integer(2147483647) == 2147483647);
  CHECK(integer(-2147483648) == -2147483647 - 1);
  CHECK_THROWS_WITH(integer(2147483648), "setting \"n\" is too large: 2147483648");
  CHECK_THROWS_WITH(integer(-2147483649), "setting \"n\" is too large: -2147483649");
}

TEST_CASE("settings compare by value, not by place") {
  Settings more = with("rate", 0.25);
  more.set("offset", 1.0);
  CHECK_FALSE(with("rate", 0.25) == more);
  CHECK_FALSE(more == with("rate", 0.25));
  CHECK(with("rate", 0.25) == with("rate", 0.25));
  CHECK_FALSE(with("rate", 0.25) == with("rate", 0.5));
}

TEST_CASE("a choice that takes a number takes it in brackets") {
  const std::vector<KeySchema> one = {{.name = "start",
                                       .kind = Kind::choice,
                                       .doc = "",
                                       .choices = {"zeros", "normal", "constant"},
                                       .numbered = {{"normal", 0}, {"constant"}}}};
  const auto error_of = [&](const std::string& value) -> std::string {
    Settings settings = with("start", value);
    settings.erase("filters");
    try {
      settings.complete(one, "x");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  for (const char* fine : {"zeros", "normal", "normal(0)", "normal(1e-2)", "constant(-3)", "constant"}) {
    CHECK(error_of(fine).empty());
  }
  const std::string start = "a.toml:3:1: x: \"start\" expects ";
  CHECK(error_of("zeros(1)") == start + "\"zeros\" without a number, got \"zeros(1)\"");
  CHECK(error_of("normal(-1)") == start + "a number of at least 0.0 in the brackets of normal, got \"normal(-1)\"");
  CHECK(error_of("constant(x)") == start + "a number in the brackets of constant, got \"constant(x)\"");
  CHECK(error_of("constant(1") == start + "a number in the brackets of constant, got \"constant(1\"");
  CHECK(error_of("norml(1)") == start +
                                    "zeros, normal[(number)] or constant[(number)], got \"norml(1)\"; did you mean "
                                    "\"normal\"?");
}

TEST_CASE("a whole number that is one of a few is no other") {
  const std::vector<KeySchema> channels = {
      {.name = "channels", .kind = Kind::integer, .fallback = Value{std::int64_t{1}}, .doc = "", .values = {1, 3}}};
  Settings settings;
  settings.set("channels", std::int64_t{3});
  settings.complete(channels, "[data]");
  CHECK(settings.integer("channels") == 3);
  settings.set("channels", std::int64_t{2}, "a.toml:4:1");
  CHECK_THROWS_WITH(settings.complete(channels, "[data]"), "a.toml:4:1: [data]: \"channels\" expects 1 or 3, got 2");
}
