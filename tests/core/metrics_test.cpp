#include "convoy/metrics.h"

#include <doctest/doctest.h>

#include <limits>

using namespace convoy;
using doctest::Approx;

namespace {

/// Ten samples of the classes 0, 1 and 2; one was taken for class 3, which has none.
Evaluation sample() {
  Evaluation evaluation{.samples = 10, .classes = 4};
  Confusion& confusion = evaluation.confusion;
  confusion.add(0, 0, 3);
  confusion.add(0, 1);
  confusion.add(0, 3);
  confusion.add(1, 1);
  confusion.add(1, 2);
  confusion.add(1, 2);
  confusion.add(2, 2, 2);
  return evaluation;
}

}  // namespace

TEST_CASE("a confusion counts what occurred, and nothing else takes room") {
  const Confusion confusion = sample().confusion;
  CHECK(confusion.count(1, 2) == 2);
  CHECK(confusion.count(2, 1) == 0);
  CHECK(confusion.pairs().size() == 6);
  CHECK(confusion.pairs()[2] == Confusion::Pair{0, 3, 1});
  CHECK(confusion.most_confused(2) == std::vector<Confusion::Pair>{{1, 2, 2}, {0, 1, 1}});
  CHECK(confusion.most_confused(9).size() == 3);
  CHECK(Confusion().empty());
}

TEST_CASE("a class without a name has its number") {
  CHECK(class_name({"cat", "dog"}, 0) == "cat");
  CHECK(class_name({"cat", "dog"}, 1) == "dog");
  CHECK(class_name({"cat", "dog"}, 2) == "2");
  CHECK(class_name({"cat", "dog"}, -1) == "-1");
}

TEST_CASE("precision, recall and F1 by class, and their means over the classes that have samples") {
  const std::vector<ClassScore> scores = class_scores(sample());
  REQUIRE(scores.size() == 4);
  const std::vector<std::vector<double>> expected = {
      {5, 3, 1, 3 / 5.0, 6 / 8.0}, {3, 2, 1 / 2.0, 1 / 3.0, 2 / 5.0}, {2, 4, 2 / 4.0, 1, 4 / 6.0}, {0, 1, 0, 0, 0}};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(scores[i].samples == expected[i][0]);
    CHECK(scores[i].predictions == expected[i][1]);
    CHECK(scores[i].precision == Approx(expected[i][2]));
    CHECK(scores[i].recall == Approx(expected[i][3]));
    CHECK(scores[i].f1 == Approx(expected[i][4]));
  }
  const ClassScore macro = macro_average(scores);
  CHECK(macro.samples == 10);
  CHECK(macro.predictions == 10);
  CHECK(macro.precision == Approx(2 / 3.0));
  CHECK(macro.recall == Approx(29 / 45.0));
  CHECK(macro.f1 == Approx(109 / 180.0));
  CHECK(class_scores(Evaluation{.classes = 1}).empty());
}

TEST_CASE("the worst mistakes have the highest losses; what is not finite is the worst") {
  Evaluation evaluation;
  evaluation.mistakes = {
      {.sample = 0, .loss = 1}, {.sample = 1, .loss = 3}, {.sample = 2, .loss = 2}, {.sample = 3, .loss = 3}};
  evaluation.mistakes.push_back({.sample = 4, .loss = std::numeric_limits<double>::quiet_NaN()});
  const std::vector<Mistake> worst = worst_mistakes(evaluation, 3);
  REQUIRE(worst.size() == 3);
  CHECK(worst[0].sample == 4);
  CHECK(worst[1].sample == 1);
  CHECK(worst[2].sample == 3);
  CHECK(worst_mistakes(evaluation, 9).size() == 5);
}
