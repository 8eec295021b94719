#include "train/batch.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/errors.h"

using namespace convoy;

TEST_CASE("softmax and sigmoid, whatever the size of the logits") {
  std::vector<float> p(3);
  softmax(std::vector<float>{std::log(1.0F), std::log(2.0F), std::log(5.0F)}, p.data());
  CHECK(p[0] == doctest::Approx(0.125));
  CHECK(p[1] == doctest::Approx(0.25));
  CHECK(p[2] == doctest::Approx(0.625));
  softmax(std::vector<float>{1e4F, 1e4F, -1e4F}, p.data());
  CHECK(p == std::vector<float>{0.5F, 0.5F, 0});
  CHECK(sigmoid(0) == 0.5F);
  CHECK(sigmoid(std::log(3.0F)) == doctest::Approx(0.75));
  CHECK(sigmoid(-std::log(3.0F)) == doctest::Approx(0.25));
}

TEST_CASE("the class of a sample is its label, or the first of its largest targets") {
  CHECK(argmax(std::vector<float>{1, 3, 2, 3}) == 1);
  const std::vector<int> labels = {4, 7};
  const std::vector<float> targets = {0.1F, 0.9F, 0, 0.2F, 0.2F, 0.6F};
  Batch of_labels;
  of_labels.size = 2;
  of_labels.labels = labels.data();
  CHECK(class_of(target_of(of_labels, 1), 9) == 7);
  CHECK(target_of(of_labels, 1).values == nullptr);
  Batch of_targets;
  of_targets.size = 2;
  of_targets.targets = targets.data();
  of_targets.target_size = 3;
  CHECK(target_of(of_targets, 1).values == targets.data() + 3);
  CHECK(class_of(target_of(of_targets, 0), 3) == 1);
  CHECK(class_of(target_of(of_targets, 1), 3) == 2);
}

TEST_CASE("samples that do not fit a network are refused with what does not") {
  const auto refusal = [](const Dataset& data, int outputs, const std::string& part = "") {
    return test::error_of(ErrorKind::data, [&] { check_fits(data, {2}, outputs, part); });
  };
  const auto labelled = [](std::vector<int> labels) {
    const std::vector<float> zeros(2 * labels.size());
    return Dataset::from_floats({2}, zeros, std::move(labels));
  };
  CHECK(refusal(labelled({0, 2}), 3) == "no error");
  CHECK(refusal(labelled({0, 3}), 3) ==
        "memory: sample 1 has label 3, the network has 3 outputs; the last layer needs one for each class");
  CHECK(refusal(labelled({3, 0}), 3, "test") ==
        "memory: test sample 0 has label 3, the network has 3 outputs; the last layer needs one for each class");
  CHECK(refusal({}, 3, "test") == "data: no test samples");
  CHECK(refusal(Dataset::from_floats({3}, {1, 2, 3}, std::vector<int>{0}), 3) ==
        "memory: samples are 3, the network expects 2");
  CHECK(refusal(Dataset::from_floats({2}, {1, 2}, std::vector<int>{}), 3, "validation") ==
        "memory: validation samples have no labels");
  CHECK(refusal(Dataset::from_floats({2}, {1, 2}, std::vector<float>{1, 0}, 2), 3) ==
        "memory: 2 targets a sample, the network has 3 outputs");
  CHECK(refusal(Dataset::from_floats({2}, {1, 2}, std::vector<float>{1, 0}, 2), 2) == "no error");
  DataSplits splits;
  splits.train = labelled({0, 1});
  splits.test = labelled({2});
  CHECK(test::error_of(ErrorKind::data, [&] { check_fits(splits, {2}, 2); }) ==
        "memory: test sample 0 has label 2, the network has 2 outputs; the last layer needs one for each class");
  CHECK(test::error_of(ErrorKind::data, [&] { check_fits(splits, {2}, 3); }) == "no error");
}
