// What changes a step of training: accumulated gradients, weights of classes, averaged weights.

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "convoy/model.h"
#include "support/compare.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/text.h"
#include "support/training.h"
#include "train/average.h"
#include "train/class_weights.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

/// Without batch norm and dropout, so that a sample's gradient does not depend on its batch.
Sequential plain_model(const Spec& optimizer) {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu"}).add(Flatten{}).add(Dense{.units = 10});
  model.compile(optimizer, SoftmaxCrossEntropy{});
  return model;
}

std::vector<float> weights_of(Model& model) {
  const auto all = ModelAccess::impl(model).weights().parameters.span();
  return {all.begin(), all.end()};
}

std::vector<float> fitted(const Spec& optimizer, const Dataset& data, const FitOptions& options) {
  Sequential model = plain_model(optimizer);
  model.fit(data, options);
  return weights_of(model);
}

std::vector<float> fitted_penalised(const Dataset& data, const FitOptions& options) {
  Sequential model({28, 28, 1});
  model.add(Flatten{})
      .add(Dense{.units = 12, .activation = "tanh"})
      .add(ActivityRegularization{.l1 = 0.1, .l2 = 0.2})
      .add(Dense{.units = 10});
  model.compile(SGD{.learning_rate = 0.1}, SoftmaxCrossEntropy{});
  model.fit(data, options);
  return weights_of(model);
}

}  // namespace

TEST_CASE("accumulated gradients are those of one large batch, but for rounding") {
  const Dataset data = test::mnist().train.slice(0, 256);
  for (const Spec& optimizer : {Spec(SGD{.learning_rate = 0.1, .momentum = 0.9}), Spec(Adam{})}) {
    const auto large = fitted(optimizer, data, {.epochs = 1, .batch_size = 64, .shuffle = false});
    const auto small = fitted(optimizer, data, {.epochs = 1, .batch_size = 16, .shuffle = false, .accumulate = 4});
    CHECK(test::relative_distance(small, large) < 1e-4);
    CHECK(small != fitted(optimizer, data, {.epochs = 1, .batch_size = 16, .shuffle = false}));
  }
}

TEST_CASE("the number of groups is part of a training's bits, the number of threads is not") {
  const Dataset data = test::mnist().train.slice(0, 73);  // batches of 32, 32 and 9
  const auto trained = [&](int groups, int threads) {
    Sequential model({28, 28, 1}, threads);
    model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu"})
        .add(BatchNorm{})
        .add(Flatten{})
        .add(Dense{.units = 20, .activation = "relu"})
        .add(Dense{.units = 10});
    model.compile(Adam{}, SoftmaxCrossEntropy{});
    const History history = model.fit(data, {.epochs = 2, .recalibrate = 40, .groups = groups});
    const auto& weights = ModelAccess::impl(model).weights();
    std::vector<double> all = {history[0].loss, history[1].loss};
    all.insert(all.end(), weights.parameters.span().begin(), weights.parameters.span().end());
    all.insert(all.end(), weights.states.span().begin(), weights.states.span().end());
    return all;
  };
  const auto eight = trained(8, 1);
  for (const int groups : {1, 2, 8, 64}) {
    CAPTURE(groups);
    const auto one = trained(groups, 1);
    for (const int threads : {2, 3, 4}) CHECK(trained(groups, threads) == one);
    CHECK((one == eight) == (groups == 8));
    CHECK(test::relative_distance(std::vector<float>(one.begin(), one.end()), eight) < 1e-2);
  }
  const std::string message = error_of(ErrorKind::config, [&] { trained(6, 1); });
  CHECK(contains(message, "\"groups\" expects 1, 2, 4, 8, 16, 32 or 64, got 6"));
}

TEST_CASE("a schedule and the log count steps of the optimizer, and the last one may be of fewer batches") {
  Sequential model = plain_model(Adam{});
  model.compile(Adam{}, SoftmaxCrossEntropy{}, {"cosine", {}});
  const History history =
      model.fit(test::mnist().train.slice(0, 160), {.epochs = 2, .batch_size = 16, .accumulate = 4});
  CHECK(history[1].step == 6);  // 10 batches: 4, 4 and 2
  CHECK(history[1].learning_rate == 0);
  const History even = model.fit(test::mnist().train.slice(0, 128), {.epochs = 1, .batch_size = 16, .accumulate = 4});
  CHECK(even[0].learning_rate == 0);  // 8 batches are two steps
}

TEST_CASE("penalties on activities are part of the training loss and of its gradient") {
  const Dataset data = test::mnist().train.slice(0, 64);
  const auto first_loss = [&](double l1, double l2, int batch_size) {
    Sequential model({28, 28, 1});
    model.add(Flatten{}).add(ActivityRegularization{.l1 = l1, .l2 = l2}).add(Dense{.units = 10});
    model.compile(SGD{.learning_rate = 1e-12}, SoftmaxCrossEntropy{});
    return model.fit(data, {.epochs = 1, .batch_size = batch_size, .shuffle = false})[0].loss;
  };
  double absolute = 0;
  double squares = 0;
  for (int n = 0; n < data.size(); ++n) {
    const auto size = static_cast<std::size_t>(28 * 28);
    const std::uint8_t* image = data.storage().bytes.data() + static_cast<std::size_t>(data.index(n)) * size;
    for (std::size_t i = 0; i < size; ++i) {
      absolute += image[i] / 255.0;
      squares += image[i] / 255.0 * image[i] / 255.0;
    }
  }
  const double penalty = (0.01 * absolute + 0.02 * squares) / data.size();
  for (const int batch_size : {16, 64})
    CHECK(first_loss(0.01, 0.02, batch_size) - first_loss(0, 0, batch_size) == doctest::Approx(penalty));

  const auto large = fitted_penalised(data, {.epochs = 1, .batch_size = 64, .shuffle = false});
  const auto small = fitted_penalised(data, {.epochs = 1, .batch_size = 16, .shuffle = false, .accumulate = 4});
  CHECK(test::relative_distance(small, large) < 1e-4);
}

TEST_CASE("an evaluation has the penalties where it is asked to") {
  const Dataset data = test::mnist().train.slice(0, 64);
  const auto losses = [&](bool penalties) {
    Sequential model({28, 28, 1});
    model.add(Flatten{})
        .add(ActivityRegularization{.l2 = 0.01})
        .add(Dense{.units = 10, .kernel_regularizer = {.l1 = 0.01, .l2 = 0.1}});
    model.compile(SGD{.learning_rate = 1e-12}, SoftmaxCrossEntropy{});
    const History history = model.fit(data, {.epochs = 1, .validation = data, .evaluation_penalties = penalties});
    CHECK(model.evaluate(data).loss == doctest::Approx(history[0].validation_loss));
    return std::pair{history[0].loss, history[0].validation_loss};
  };
  CHECK(losses(true).second == doctest::Approx(losses(true).first));
  CHECK(losses(false).second < losses(false).first - 0.1);
}

TEST_CASE("weights of classes scale what their samples do") {
  const Dataset data = test::mnist().train.slice(0, 64);
  const FitOptions once{.epochs = 1, .batch_size = 64, .shuffle = false};
  FitOptions doubled = once;
  for (int k = 0; k < 10; ++k) doubled.class_weights.push_back(std::to_string(k) + "=2");
  CHECK(test::relative_distance(fitted(SGD{.learning_rate = 0.2}, data, once),
                                fitted(SGD{.learning_rate = 0.1}, data, doubled)) < 1e-6);
  FitOptions without = once;
  without.class_weights = {"3=0"};
  std::vector<int> others;
  for (int i = 0; i < data.size(); ++i) {
    if (data.label(i) != 3) others.push_back(i);
  }
  const Dataset rest = data.select(others);
  const double rate = 0.1 * rest.size() / 64;  // the mean is over all 64
  CHECK(test::relative_distance(fitted(SGD{.learning_rate = 0.1}, data, without),
                                fitted(SGD{.learning_rate = rate}, rest, once)) < 1e-6);
}

TEST_CASE("a row of targets has the mean of its classes' weights") {
  const auto kernel_after = [](const std::vector<int>& labels, double rate, const FitOptions& options) {
    Sequential model({2}, 1);
    model.add(Dense{.units = 3, .name = "head"});
    model.compile(SGD{.learning_rate = rate}, SoftmaxCrossEntropy{});
    model.fit(Dataset::from_floats({2}, {1, 2, -3, 1}, labels), options);
    return weights_of(model);
  };
  const auto mixed = [](const Texts& weights) {
    return FitOptions{
        .epochs = 1, .batch_size = 2, .scaling = "none", .augmentation = {.mixup = 1}, .class_weights = weights};
  };
  // Both of one class: the mixed rows are of that class alone.
  CHECK(test::relative_distance(kernel_after({2, 2}, 0.1, mixed({"2=4"})), kernel_after({2, 2}, 0.4, mixed({}))) <
        1e-6);
  CHECK(test::relative_distance(kernel_after({0, 0}, 0.1, mixed({"0=4"})), kernel_after({0, 0}, 0.4, mixed({}))) <
        1e-6);
  // The same weight for both classes is that of every mixture.
  CHECK(test::relative_distance(kernel_after({0, 2}, 0.1, mixed({"0=4", "2=4"})),
                                kernel_after({0, 2}, 0.4, mixed({}))) < 1e-6);
}

TEST_CASE("balanced weights give each class the same sum") {
  const Dataset data = Dataset::from_floats({1}, {1, 2, 3, 4}, std::vector<int>{0, 0, 0, 2});
  const std::vector<float> weights = class_weights({"balanced"}, data, 4);
  CHECK(weights[0] == doctest::Approx(4.0 / (2 * 3)));
  CHECK(weights[2] == doctest::Approx(4.0 / 2));
  CHECK(weights[1] == 1);
  CHECK(class_weights({}, data, 4).empty());
  CHECK(class_weights({"0=0", "2=3"}, data, 4) == std::vector<float>{0, 1, 3, 1});
  const auto refusal = [&](const Texts& given) {
    return error_of(ErrorKind::config, [&] { class_weights(given, data, 4); });
  };
  CHECK(contains(refusal({"7=2"}), "no class \"7\" in the training samples"));
  CHECK(contains(refusal({"1=-2"}), "a weight of at least 0"));
  CHECK(contains(refusal({"1"}), "expected \"balanced\", or CLASS=WEIGHT"));
  CHECK(contains(refusal({"1=x"}), "CLASS=WEIGHT"));
}

TEST_CASE("the average follows its formula") {
  ThreadPool pool(2);
  std::vector<float> values(20000, 1.0F);
  MovingAverage average(0.5, values, pool);
  std::fill(values.begin(), values.end(), 3.0F);
  average.add(values, 1);  // d = 2 / 11
  CHECK(average.values()[19999] == doctest::Approx(1.0 * 2 / 11 + 3.0 * 9 / 11));
  for (const float value : average.values()) CHECK(value == average.values()[0]);
  average.add(values, 1000);  // d = 0.5
  CHECK(average.values()[0] == doctest::Approx(0.5 * (2.0 / 11 + 27.0 / 11) + 1.5));
}

TEST_CASE("averaged weights are those that fit ends with, and batch norm's statistics are theirs") {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu", .name = "conv"})
      .add(BatchNorm{.name = "bn"})
      .add(Flatten{})
      .add(Dense{.units = 10});
  model.compile(Adam{.learning_rate = 0.01}, SoftmaxCrossEntropy{});
  const Dataset data = test::mnist().train.slice(0, 1000);
  const History history =
      model.fit(data, {.epochs = 4, .validation = test::mnist().test.slice(0, 500), .average = 0.9});
  const std::vector<float> mean(model.tensor("bn/moving_mean").begin(), model.tensor("bn/moving_mean").end());
  for (const Recalibration& gap : model.recalibrate(data)) {
    CHECK(gap.mean_gap < 1e-3);
    CHECK(gap.variance_ratio == doctest::Approx(1).epsilon(1e-3));
  }
  CHECK(
      model.evaluate(test::mnist().test.slice(0, 500)).accuracy ==
      doctest::Approx(std::ranges::max(history, {}, &EpochLog::validation_accuracy).validation_accuracy).epsilon(0.01));
}

TEST_CASE("five fits of one epoch with averaged weights are one fit of five") {
  const Dataset data = test::mnist().train.slice(0, 200);
  Sequential once = plain_model(Adam{});
  once.fit(data, {.epochs = 3, .average = 0.9});
  Sequential loop = plain_model(Adam{});
  for (int i = 0; i < 3; ++i) loop.fit(data, {.epochs = 1, .average = 0.9});
  CHECK(weights_of(loop) == weights_of(once));
}
