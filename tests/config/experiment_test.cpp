#include "config/experiment.h"

#include <doctest/doctest.h>

#include "config/sample_catalog.h"
#include "convoy/config.h"
#include "convoy/error.h"

using namespace convoy;

namespace {

std::string mistake(const std::string& text) {
  try {
    read_expectation(text, "a.toml:3:1");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// What convoy's own catalog says of a file with this [experiment].
std::string experiment_error(const std::string& experiment) {
  try {
    parse_config("[data]\npath = \"x\"\n[[layer]]\ntype = \"flatten\"\n[experiment]\n" + experiment, "a.toml", "/");
  } catch (const Error& error) {
    return error.kind() == ErrorKind::config ? error.what() : "of another kind";
  }
  return "";
}

}  // namespace

TEST_CASE("an expectation compares a metric in two settings") {
  const Expectation plain = read_expectation("accuracy: with BN > without BN", "");
  CHECK(plain.metric == "accuracy");
  CHECK(plain.higher == "with BN");
  CHECK(plain.lower == "without BN");
  CHECK(plain.factor == 1);
  CHECK(plain.margin == 0);

  const Expectation more = read_expectation("drift.s.input[0]: BN, learning_rate=0.1 > b - c + 0.25", "");
  CHECK(more.metric == "drift.s.input[0]");
  CHECK(more.higher == "BN, learning_rate=0.1");
  CHECK(more.lower == "b - c");
  CHECK(more.margin == 0.25);
  CHECK(more.factor == 1);
  CHECK(read_expectation("error: a > b - 1e-3", "").margin == -1e-3);
  const Expectation times = read_expectation("error: a > b * 100", "");
  CHECK(times.factor == 100);
  CHECK(times.lower == "b");
  CHECK(times.margin == 0);
}

TEST_CASE("an expectation may name a number") {
  const Expectation above = read_expectation("accuracy: a > 0.9", "");
  CHECK(above.lower.empty());
  CHECK(above.margin == 0.9);
  for (const std::string name : {"inf", "nan"}) CHECK(read_expectation("accuracy: a > " + name, "").lower == name);
}

TEST_CASE("what is no expectation is an error with its place") {
  for (const std::string text :
       {"", "accuracy", "accuracy: a", "accuracy: a > ", "accuracy a > b", "accuracy:  > b", "a > b: c"}) {
    INFO(text);
    CHECK(mistake(text).starts_with("a.toml:3:1: "));
    CHECK(mistake(text).find("expects METRIC: SETTING > SETTING") != std::string::npos);
  }
}

TEST_CASE("a mistake in [experiment] is one of the file") {
  const std::string head = "source = \"s\"\nclaim = \"c\"\n";
  CHECK(experiment_error(head + "quick = [\"train.epochs=1\"]\nexpect = [\"accuracy: a > b\"]\n").empty());
  CHECK(experiment_error(head).empty());
  CHECK(experiment_error("source = \"s\"\n").find("missing key \"claim\"") != std::string::npos);
  CHECK(experiment_error(head + "expects = []\n").find("a.toml:8:1: unknown key \"expects\"") != std::string::npos);
  CHECK(experiment_error(head + "expects = []\n").find("did you mean \"expect\"?") != std::string::npos);
  CHECK(experiment_error(head + "expect = [\"accuracy\"]\n").find("a.toml:8:1: ") != std::string::npos);
  CHECK(experiment_error(head + "expect = 3\n").find("expect") != std::string::npos);
  CHECK(experiment_error(head + "quick = [1, 2]\n").find("quick") != std::string::npos);
}
