#include "diagnose/evaluation_gap.h"

#include <doctest/doctest.h>

#include "convoy/convoy.h"
#include "diagnose/mode_gap.h"
#include "diagnose/probe.h"
#include "support/text.h"
#include "support/training.h"

using namespace convoy;
using test::contains;

namespace {

/// So many samples of two numbers, i and -i.
Dataset counting_pairs(int samples) {
  std::vector<float> values;
  std::vector<int> labels;
  for (int i = 0; i < samples; ++i) {
    values.push_back(static_cast<float>(i));
    values.push_back(static_cast<float>(-i));
    labels.push_back(i % 2);
  }
  return Dataset::from_floats({2}, values, labels);
}

FitOptions unscaled(int batch_size) {
  FitOptions options;
  options.batch_size = batch_size;
  options.scaling = "none";
  return options;
}

}  // namespace

TEST_CASE("the modes are compared by the mean loss of all images, and nothing moves") {
  const Dataset data = counting_pairs(24);
  Sequential model({2}, 2);
  model.add(BatchNorm{.name = "bn"});
  model.add(Dense{.units = 2});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  const auto training = test::training(model, data, unscaled(8));
  model.tensor("bn/moving_mean")[0] = 300;
  const std::vector<float> mean(model.tensor("bn/moving_mean").begin(), model.tensor("bn/moving_mean").end());
  const Diagnostics found = compare_modes(training->trainer());
  CHECK(found.predict_mode_loss.value() == doctest::Approx(model.evaluate(data).loss));
  CHECK(found.train_mode_loss.value() > 0);
  CHECK(found.train_mode_loss.value() < 5);
  REQUIRE(found.batch_norms.size() == 1);  // for the gap's cause
  CHECK(found.batch_norms[0].mean_gap > 1);
  CHECK(std::vector<float>(model.tensor("bn/moving_mean").begin(), model.tensor("bn/moving_mean").end()) == mean);
}

TEST_CASE("without dropout and batch norm the modes agree") {
  const Dataset data = counting_pairs(24);
  Sequential model({2}, 2);
  model.add(Dense{.units = 2});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  const auto training = test::training(model, data, unscaled(8));
  const Diagnostics found = compare_modes(training->trainer());
  CHECK(found.train_mode_loss.value() == doctest::Approx(model.evaluate(data).loss));
  CHECK(found.predict_mode_loss.value() == doctest::Approx(model.evaluate(data).loss));
  CHECK(found.batch_norms.empty());
}

TEST_CASE("the probe is of validation images where they fill it or a batch, else of training images") {
  const auto probed = [](int train, int validation, int batch_size, int images) {
    Sequential model({2}, 2);
    model.add(Dense{.units = 2});
    model.compile(SGD{}, SoftmaxCrossEntropy{});
    FitOptions options = unscaled(batch_size);
    options.validation.data = counting_pairs(validation);
    const auto training = test::training(model, counting_pairs(train), options);
    const Trainer& trainer = training->trainer();
    const Loader loader = probe_loader(trainer.task(), images, trainer.batches());
    return std::pair(loader.samples(), loader.largest_batch());
  };
  CHECK(probed(10, 20, 64, 512) == std::pair(20, 10));  // a batch is at most all training images
  CHECK(probed(40, 8, 8, 512) == std::pair(8, 8));
  CHECK(probed(40, 7, 8, 512) == std::pair(40, 8));
  CHECK(probed(40, 6, 8, 6) == std::pair(6, 6));
  CHECK(probed(40, 5, 8, 6) == std::pair(6, 6));
  CHECK(probed(40, 30, 8, 20) == std::pair(16, 8));  // whole batches
}

TEST_CASE("a gap that the modes do not explain is told with its figures") {
  const Diagnostics agree{.train_mode_loss = 0.1, .predict_mode_loss = 0.1};
  const EpochLog kept{.accuracy = 0.99, .validation_accuracy = 0.985, .has_validation = true};
  const Evaluation good{.accuracy = 0.9, .classes = 10};
  const Evaluation bad{.accuracy = 0.712, .classes = 10};
  CHECK(explain_evaluation(agree, kept, good, "r").empty());
  CHECK(explain_evaluation(agree, kept, bad, "r") ==
        "training accuracy 99.00 %, validation 98.50 %, test 71.20 %: the network knows its training images by heart "
        "(more of them, [augmentation], dropout or a kernel_regularizer help), or the others are of another kind "
        "(convoy data preview shows them)");
  EpochLog alone = kept;
  alone.has_validation = false;
  CHECK(contains(explain_evaluation(agree, alone, bad, "r"),
                 "training accuracy 99.00 %, test 71.20 %: the network knows "
                 "its training images by heart "));
  EpochLog overfitted = kept;
  overfitted.validation_accuracy = 0.7;
  CHECK(
      contains(explain_evaluation(agree, overfitted, bad, "r"), "validation 70.00 %, test 71.20 %: the network knows"));
  const EpochLog few{.accuracy = 0.1967, .validation_accuracy = 0, .has_validation = true};  // one validation image
  CHECK(explain_evaluation(agree, few, {.accuracy = 0.2881, .classes = 10}, "r").empty());
  const EpochLog tenth{.accuracy = 0.1};
  CHECK(explain_evaluation(agree, tenth, {.accuracy = 0, .classes = 10}, "r").empty());
  CHECK(explain_evaluation(agree, {}, bad, "r").empty());
  CHECK(explain_evaluation(agree, kept, {.accuracy = 0, .classes = 1}, "r").empty());  // one number, no classes
}

TEST_CASE("a gap between the modes is told with the accuracies, or where they are near, the losses") {
  const Diagnostics apart{.train_mode_loss = 0.2, .predict_mode_loss = 0.9};
  const std::string gap = explain_mode_gap(apart, "r");
  const Evaluation test{.loss = 0.7, .accuracy = 0, .classes = 10};
  CHECK(explain_evaluation(apart, EpochLog{.accuracy = 0.03}, test, "r") ==
        "training accuracy 3.00 %, test 0.00 %: " + gap);
  CHECK(explain_evaluation(apart, EpochLog{.loss = 0.2, .accuracy = 0.02}, test, "r") ==
        "training loss 0.2, test 0.7: " + gap);
  CHECK(explain_evaluation(apart, EpochLog{.loss = 0.2, .accuracy = 0.9}, {.loss = 0.7, .accuracy = 0.9, .classes = 10},
                           "r") == "training loss 0.2, test 0.7: " + gap);
  CHECK(explain_evaluation(apart, EpochLog{.accuracy = 0.9}, {.classes = 1}, "r") == gap);
  CHECK(explain_evaluation(apart, {}, test, "r") == gap);
}
