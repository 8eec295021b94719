#include "train/divergence.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "convoy/error.h"
#include "convoy/layers.h"
#include "convoy/model.h"
#include "convoy/optimizers.h"
#include "support/text.h"
#include "support/training.h"
#include "train/trainer.h"

using namespace convoy;
using test::contains;

namespace {

constexpr float huge = 3e38F;

/// Two inputs, a hidden layer of two units and two classes, without biases: small enough to overflow on purpose.
Sequential tiny_network(const Spec& optimizer = SGD{.learning_rate = 0.1}) {
  Sequential model({2});
  model.add(Dense{.units = 2, .use_bias = false, .name = "hidden"})
      .add(Dense{.units = 2, .use_bias = false, .name = "head"});
  model.compile(optimizer, SoftmaxCrossEntropy{});
  return model;
}

/// The message of training one epoch on one batch, which must diverge.
std::string message_of(Model& model, std::vector<float> inputs) {
  const std::size_t samples = inputs.size() / 2;
  const Dataset data = Dataset::from_floats({2}, std::move(inputs), std::vector<int>(samples, 1));
  try {
    model.fit(data, {.epochs = 1, .batch_size = 8, .shuffle = false, .scaling = "none"});
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::diverged);
    return error.what();
  }
  return "it trained";
}

void fill(Model& model, const std::string& tensor, float value) { std::ranges::fill(model.tensor(tensor), value); }

struct Warnings : Callback {
  void on_warning(const std::string& message) override { all.push_back(message); }
  bool on_batch_end(const BatchLog& log) override {
    batches.push_back(log);
    return true;
  }
  void on_steps(const StepsLog& log) override { logged.push_back(log.step); }
  std::vector<std::string> all;
  std::vector<BatchLog> batches;
  std::vector<std::uint64_t> logged;
};

/// Six batches of two samples; the third has an input that is not a number.
Dataset poisoned() {
  std::vector<float> inputs;
  std::vector<int> labels;
  for (int i = 0; i < 12; ++i) {
    inputs.insert(inputs.end(), {0.1F * static_cast<float>(i % 5), 0.3F - 0.1F * static_cast<float>(i % 3)});
    labels.push_back(i % 2);
  }
  inputs[9] = std::numeric_limits<float>::quiet_NaN();
  return Dataset::from_floats({2}, std::move(inputs), std::move(labels));
}

std::vector<float> train(const Dataset& data, OnNan on_nan, Warnings& warnings,
                         const Spec& optimizer = SGD{.learning_rate = 0.1}) {
  Sequential model = tiny_network(optimizer);
  const auto training = test::training(
      model, data, {.epochs = 1, .batch_size = 2, .shuffle = false, .scaling = "none", .on_nan = on_nan});
  training->trainer().run_epoch({&warnings});
  CHECK(std::isnan(training->trainer().gradient_norms()[2]) == (data.size() == 12));
  const auto& parameters = ModelAccess::impl(model).weights().parameters;
  return {parameters.span().begin(), parameters.span().end()};
}

/// The message of such a training, which must give up.
std::string divergence_of(const Dataset& data, OnNan on_nan, Warnings& warnings) {
  try {
    train(data, on_nan, warnings);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::diverged);
    return error.what();
  }
  FAIL("it must give up");
  return "";
}

}  // namespace

TEST_CASE("the first number that is not finite is named: a weight, an input, an activation, a gradient") {
  Sequential weight = tiny_network();
  weight.tensor("head/kernel")[1] = std::numeric_limits<float>::infinity();
  CHECK(contains(message_of(weight, {1, 1}), "\"head/kernel\" is not finite"));

  Sequential input = tiny_network();
  CHECK(contains(message_of(input, {1, 1, 1, NAN}), "the input is not finite (sample 2 of the batch); mend the data"));

  Sequential activation = tiny_network();
  fill(activation, "hidden/kernel", huge);
  CHECK(contains(message_of(activation, {0, 1, 0, 1, 1, 1}),
                 "the output of layer \"hidden\" is not finite (sample 3 of the batch)"));

  // 0 * huge is fine forward; backward the other class's huge weights meet a gradient that is not 0.
  Sequential gradient = tiny_network();
  fill(gradient, "hidden/kernel", 0);
  gradient.tensor("head/kernel")[0] = huge;
  gradient.tensor("head/kernel")[1] = -huge;
  const std::string message = message_of(gradient, {huge, huge});
  CHECK(contains(message, "the gradient of"));
  CHECK(contains(message, "training diverged in epoch 1, step 1: "));
  CHECK(contains(message, "; lower optimizer.learning_rate or set optimizer.clip_norm\n"));
  CHECK(contains(message, "gradient norms of the last steps:"));
}

TEST_CASE("a step that is not finite is skipped as if its batch were not there") {
  Warnings warnings;
  const Dataset data = poisoned();
  const auto skipped = train(data, OnNan::skip, warnings);
  REQUIRE(warnings.all.size() == 1);
  CHECK(contains(warnings.all[0], "epoch 1, step 3: the input is not finite"));
  CHECK(contains(warnings.all[0], "the step is skipped"));
  const std::vector<int> others = {0, 1, 2, 3, 6, 7, 8, 9, 10, 11};
  CHECK(skipped == train(data.select(others), OnNan::stop, warnings));
}

TEST_CASE("while all steps of an epoch were given up, its figures are 0 and no steps are logged") {
  Warnings heard;
  const std::vector<int> bad_first = {4, 5, 0, 1};
  Sequential model = tiny_network();
  const auto training =
      test::training(model, poisoned().select(bad_first),
                     {.epochs = 1, .batch_size = 2, .shuffle = false, .scaling = "none", .on_nan = OnNan::skip});
  training->trainer().run_epoch({&heard});
  REQUIRE(heard.batches.size() == 2);
  CHECK(heard.batches[0].images == 0);
  CHECK(heard.batches[0].loss == 0);
  CHECK(heard.batches[0].accuracy == 0);
  CHECK(heard.batches[1].images == 2);
  CHECK(heard.batches[1].loss > 0);
  CHECK(heard.logged == std::vector<std::uint64_t>{2});
}

TEST_CASE("of the batches that are accumulated the one that is not finite is named, and none moves the weights") {
  Warnings warnings;
  const auto trained = [&](const Dataset& data) {
    Sequential model = tiny_network();
    const FitOptions options{
        .epochs = 1, .batch_size = 2, .shuffle = false, .scaling = "none", .on_nan = OnNan::skip, .accumulate = 2};
    test::training(model, data, options)->trainer().run_epoch({&warnings});
    const auto parameters = ModelAccess::impl(model).weights().parameters.span();
    return std::vector<float>(parameters.begin(), parameters.end());
  };
  const Dataset data = poisoned();  // the third batch, with which the second step begins
  const auto skipped = trained(data);
  REQUIRE(warnings.all.size() == 1);
  CHECK(contains(warnings.all[0], "epoch 1, step 2: the input is not finite (sample 1 of the batch)"));
  const std::vector<int> others = {0, 1, 2, 3, 8, 9, 10, 11};
  CHECK(skipped == trained(data.select(others)));
}

TEST_CASE("restore goes back to the best weights, at first those that training began with") {
  Warnings warnings;
  const Dataset data = poisoned();
  const auto restored = train(data, OnNan::restore, warnings);
  REQUIRE(warnings.all.size() == 1);
  CHECK(contains(warnings.all[0], "back to the initial weights"));
  const std::vector<int> after = {6, 7, 8, 9, 10, 11};
  CHECK(restored == train(data.select(after), OnNan::stop, warnings));
}

TEST_CASE("after restore the optimizer's first step is a first step: Adam corrects its means by their number") {
  Warnings warnings;
  const Dataset data = poisoned();
  const std::vector<int> after = {6, 7, 8, 9, 10, 11};
  const auto restored = train(data, OnNan::restore, warnings, Adam{});
  CHECK(restored == train(data.select(after), OnNan::stop, warnings, Adam{}));
}

TEST_CASE("skipping ends when nothing else happens") {
  Warnings warnings;
  std::vector<float> inputs(100, std::numeric_limits<float>::quiet_NaN());
  const Dataset hopeless = Dataset::from_floats({2}, std::move(inputs), std::vector<int>(50, 1));
  CHECK(contains(divergence_of(hopeless, OnNan::skip, warnings), "in 20 steps one after the other"));
}

TEST_CASE("restore ends when a run goes in circles, with a finite step between two that are not") {
  Warnings warnings;
  std::vector<float> inputs(200, 0.5F);
  for (std::size_t i = 4; i < inputs.size(); i += 8) inputs[i] = std::numeric_limits<float>::quiet_NaN();
  const Dataset every_other = Dataset::from_floats({2}, std::move(inputs), std::vector<int>(100, 1));
  CHECK(contains(divergence_of(every_other, OnNan::restore, warnings),
                 "in 20 steps of this epoch, each time after going back to the initial weights"));
  CHECK(warnings.all.size() == 19);
}

TEST_CASE("batch norm's moving statistics forget a step that was given up") {
  Sequential model({2});
  model.add(BatchNorm{}).add(Dense{.units = 2});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  CHECK(contains(message_of(model, {1, 1, 1, NAN}), "the input is not finite"));
  CHECK(model.tensor("batch_norm_1/moving_mean")[1] == 0);
  CHECK(model.tensor("batch_norm_1/moving_variance")[1] == 1);
}

TEST_CASE("an infinity that the loss and the gradients do not show is found at the end of the epoch") {
  Sequential model({2});
  model.add(Dense{.units = 2, .use_bias = false, .name = "hidden"})
      .add(Activation{.function = "relu6"})
      .add(Dense{.units = 2, .use_bias = false, .name = "head"});
  model.compile(SGD{.learning_rate = 0.1}, SoftmaxCrossEntropy{});
  fill(model, "hidden/kernel", huge);
  CHECK(contains(message_of(model, {2, 2, 1, 1}), "the output of layer \"hidden\" is not finite (sample 1"));
}
