// What a trainer does between the steps: logs, validation, the best epoch, and what callbacks may change.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "convoy/convoy.h"
#include "convoy/extend.h"
#include "support/errors.h"
#include "support/training.h"
#include "train/trainer.h"

using namespace convoy;

namespace {

/// So many samples of two numbers, in two classes by the sign of the first.
Dataset signed_pairs(int samples) {
  std::vector<float> values;
  std::vector<int> labels;
  for (int i = 0; i < samples; ++i) {
    const float sign = i % 2 == 0 ? 1.0F : -1.0F;
    values.insert(values.end(), {sign * (1 + 0.1F * static_cast<float>(i % 7)), 0.5F});
    labels.push_back(i % 2);
  }
  return Dataset::from_floats({2}, values, labels);
}

Sequential two_classes(double learning_rate = 0.1) {
  Sequential model({2}, 1);
  model.add(Dense{.units = 2, .name = "head"});
  model.compile(SGD{.learning_rate = learning_rate}, SoftmaxCrossEntropy{});
  return model;
}

FitOptions few_batches() {
  FitOptions options;
  options.batch_size = 4;
  options.shuffle = false;
  options.scaling = "none";
  return options;
}

/// Stops where it is told, and keeps what it hears.
struct Stopper : Callback {
  bool on_batch_end(const BatchLog& log) override {
    batches.push_back(log);
    return log.batch != stop_after_batch;
  }
  bool on_epoch_end(const EpochLog&) override { return !stop_after_epoch; }
  bool on_evaluation(const EvaluationLog& log) override {
    evaluated.push_back(log.samples);
    return !stop_validation;
  }
  void on_steps(const StepsLog& log) override { steps.push_back(log); }
  double learning_rate(double rate, std::uint64_t step) override {
    rates.push_back(rate);
    return step < asked.size() ? asked[step] : rate;
  }
  int stop_after_batch = 0;
  bool stop_after_epoch = false;
  bool stop_validation = false;
  std::vector<double> asked;
  std::vector<double> rates;
  std::vector<BatchLog> batches;
  std::vector<int> evaluated;
  std::vector<StepsLog> steps;
};

std::vector<float> kernel_of(Model& model) {
  const auto kernel = model.tensor("head/kernel");
  return {kernel.begin(), kernel.end()};
}

}  // namespace

TEST_CASE("an epoch that a callback stops goes on where it was, and ends as one that was not stopped") {
  const Dataset data = signed_pairs(20);
  Sequential whole = two_classes();
  const auto at_once = test::training(whole, data, few_batches());
  CHECK(at_once->trainer().run_epoch({}) == Trainer::Outcome::finished);
  Sequential model = two_classes();
  const auto training = test::training(model, data, few_batches());
  Trainer& trainer = training->trainer();
  Stopper stopper;
  stopper.stop_after_batch = 2;
  CHECK(trainer.run_epoch({&stopper}) == Trainer::Outcome::stopped);
  CHECK(trainer.progress().history.empty());
  CHECK(trainer.progress().batch == 2);
  CHECK(trainer.run_epoch({&stopper}) == Trainer::Outcome::finished);
  CHECK(trainer.progress().history.size() == 1);
  CHECK(kernel_of(model) == kernel_of(whole));
  REQUIRE(stopper.batches.size() == 5);
  CHECK(stopper.batches[4].batch == 5);
  CHECK(stopper.batches[4].batches == 5);
  CHECK(stopper.batches[4].images == 20);
  CHECK(stopper.batches[4].epoch == 1);
  CHECK(stopper.batches[4].loss == doctest::Approx(trainer.progress().history[0].loss));
  stopper.stop_after_batch = 0;
  stopper.stop_after_epoch = true;
  CHECK(trainer.run_epoch({&stopper}) == Trainer::Outcome::stopped);
  CHECK(trainer.progress().history.size() == 2);  // it is complete all the same
}

TEST_CASE("a validation that a callback stops leaves the epoch open; the next call validates again") {
  FitOptions options = few_batches();
  options.validation.data = signed_pairs(40);
  Sequential model = two_classes();
  const auto training = test::training(model, signed_pairs(20), options);
  Trainer& trainer = training->trainer();
  Stopper stopper;
  stopper.stop_validation = true;
  CHECK(trainer.run_epoch({&stopper}) == Trainer::Outcome::stopped);
  CHECK(trainer.progress().history.empty());
  CHECK(trainer.progress().best_epoch == 0);
  CHECK(stopper.evaluated.size() == 1);
  CHECK(stopper.evaluated[0] == 40);
  const std::vector<float> trained = kernel_of(model);
  stopper.stop_validation = false;
  CHECK(trainer.run_epoch({&stopper}) == Trainer::Outcome::finished);
  CHECK(kernel_of(model) == trained);  // no step was taken
  REQUIRE(trainer.progress().history.size() == 1);
  CHECK(trainer.progress().history[0].has_validation);
  CHECK(trainer.progress().history[0].validation_loss == doctest::Approx(model.evaluate(signed_pairs(40)).loss));
  CHECK(trainer.progress().best_epoch == 1);
}

TEST_CASE("a callback may ask for another learning rate, but for none that makes no sense") {
  Sequential model = two_classes(0.5);
  const auto training = test::training(model, signed_pairs(8), few_batches());
  Stopper stopper;
  stopper.asked = {0, 0};
  const std::vector<float> before = kernel_of(model);
  training->trainer().run_epoch({&stopper});
  CHECK(stopper.rates == std::vector<double>{0.5, 0.5});
  CHECK(kernel_of(model) == before);
  CHECK(training->trainer().progress().history[0].learning_rate == 0);
  for (const double wrong : {-0.1, std::numeric_limits<double>::infinity(), std::nan("")}) {
    stopper.asked = {0, wrong};
    const auto another = test::training(model, signed_pairs(8), few_batches());
    const std::string refusal = test::error_of(ErrorKind::config, [&] { another->trainer().run_epoch({&stopper}); });
    CHECK(refusal.starts_with("a callback asks for a learning rate of "));
    CHECK(refusal.ends_with(" at step 1, expected a finite one of at least 0"));
  }
}

TEST_CASE("steps are logged so often that a short training has some 150 logs, and a long one every 100 steps") {
  const auto logged = [](int samples, int epochs) {
    FitOptions options = few_batches();
    options.batch_size = 1;
    options.epochs = epochs;
    Sequential model = two_classes();
    Stopper stopper;
    options.callbacks = {&stopper};
    model.fit(signed_pairs(samples), options);
    std::vector<std::uint64_t> steps;
    double seconds = 0;
    for (const StepsLog& log : stopper.steps) {
      steps.push_back(log.step);
      CHECK(log.seconds > seconds);  // since the training began, not the epoch
      seconds = log.seconds;
    }
    return steps;
  };
  CHECK(logged(3, 2) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
  const auto short_training = logged(150, 2);
  REQUIRE(short_training.size() == 150);
  CHECK(short_training[1] == 4);
  const auto long_training = logged(4000, 5);
  REQUIRE(long_training.size() == 200);
  CHECK(long_training[1] == 200);
}

TEST_CASE("training ends after `patience` epochs that are no better") {
  const auto epochs = [](int patience) {
    FitOptions options = few_batches();
    options.epochs = 9;
    options.patience = patience;
    options.monitor = "loss";
    options.min_delta = 1e9;  // so that none is better than the first
    Sequential model = two_classes();
    return model.fit(signed_pairs(8), options).size();
  };
  CHECK(epochs(0) == 9);
  CHECK(epochs(1) == 2);
  CHECK(epochs(3) == 4);
}

TEST_CASE("patience begins anew with each fit, and does not run out where training ends anyway") {
  FitOptions options = few_batches();
  options.epochs = 4;
  options.patience = 2;
  options.monitor = "loss";
  options.min_delta = 1e9;
  Sequential model = two_classes();
  CHECK(model.fit(signed_pairs(8), options).size() == 3);
  CHECK(model.fit(signed_pairs(8), options).size() == 3);
  options.epochs = 3;
  Sequential other = two_classes();
  const auto training = test::training(other, signed_pairs(8), options);
  while (!training->trainer().done()) training->trainer().run_epoch({});
  CHECK_FALSE(training->trainer().out_of_patience());
}

TEST_CASE("a fit that is stopped within its first epoch keeps the steps that it took") {
  FitOptions options = few_batches();
  options.validation.data = signed_pairs(3);
  options.restore_best = true;
  Stopper stopper;
  stopper.stop_after_batch = 1;
  options.callbacks = {&stopper};
  Sequential model = two_classes();
  const std::vector<float> before = kernel_of(model);
  CHECK(model.fit(signed_pairs(8), options).empty());
  CHECK(kernel_of(model) != before);
}

TEST_CASE("steps are logged as often as asked, or never") {
  const auto logs = [](int every) {
    FitOptions options = few_batches();
    options.batch_size = 1;
    options.epochs = 1;
    options.log_steps = every;
    Stopper stopper;
    options.callbacks = {&stopper};
    Sequential model = two_classes();
    model.fit(signed_pairs(8), options);
    return stopper.steps.size();
  };
  CHECK(logs(0) == 0);
  CHECK(logs(3) == 2);
}

TEST_CASE("the best epoch is that of the validation where there is one, else of the training") {
  for (const bool validated : {false, true}) {
    FitOptions options = few_batches();
    if (validated) options.validation.data = signed_pairs(3).slice(1, 1);
    Sequential model = two_classes(1e-20);
    model.tensor("head/kernel")[0] = 1;
    model.tensor("head/kernel")[1] = 0;
    const auto training = test::training(model, signed_pairs(7), options);
    training->trainer().run_epoch({});
    const auto& progress = training->trainer().progress();
    const EpochLog& log = progress.history[0];
    CHECK(log.accuracy > 0);
    CHECK(progress.best_accuracy == (validated ? log.validation_accuracy : log.accuracy));
    CHECK(progress.best_loss == (validated ? log.validation_loss : log.loss));
    if (validated) CHECK(log.validation_loss != log.loss);
  }
}

TEST_CASE("the norms of the last 50 steps are kept") {
  FitOptions options = few_batches();
  options.batch_size = 1;
  Sequential model = two_classes();
  const auto training = test::training(model, signed_pairs(60), options);
  training->trainer().run_epoch({});
  const std::vector<double> norms = training->trainer().gradient_norms();
  CHECK(norms.size() == 50);
  CHECK(norms.back() < norms.front());  // it learns
  CHECK(norms.back() > 0);
}

TEST_CASE("the log of an epoch has its means, steps and time") {
  Sequential model = two_classes(1e-20);
  FitOptions options = few_batches();
  options.epochs = 2;
  const History history = model.fit(signed_pairs(10), options);
  REQUIRE(history.size() == 2);
  CHECK(history[0].epoch == 1);
  CHECK(history[1].step == 6);
  CHECK(history[0].loss == doctest::Approx(model.evaluate(signed_pairs(10)).loss));
  CHECK(history[0].accuracy == doctest::Approx(model.evaluate(signed_pairs(10)).accuracy));
  CHECK(history[0].seconds > 0);
  CHECK(history[0].images_per_second == doctest::Approx(10 / history[0].seconds));
  CHECK_FALSE(history[0].has_validation);
}

TEST_CASE("an evaluation ranks the label among the outputs, where equal ones come by their number") {
  Sequential model({3}, 1);
  model.add(Dense{.units = 3, .use_bias = false, .name = "head"});
  model.compile(SGD{.learning_rate = 1e-20}, SoftmaxCrossEntropy{});
  const Dataset data = Dataset::from_floats({3}, {3, 2, 1, 2, 2, 1, 1, 2, 2}, std::vector<int>{1, 1, 2});
  model.fit(data, few_batches());
  for (std::size_t i = 0; i < 9; ++i) model.tensor("head/kernel")[i] = i % 4 == 0 ? 1.0F : 0.0F;
  const auto training = test::training(model, data, few_batches());
  ThreadPool pool(1);
  const TrainingTask& task = training->trainer().task();
  Evaluator evaluator(task.network, task.weights, task.loss, pool, 2);
  const auto top = [&](int k) { return evaluator.evaluate(data, task.scaling, k).top_k; };
  CHECK(evaluator.evaluate(data, task.scaling, 1).accuracy == 0);  // each label comes second
  CHECK(top(1) == 0);
  CHECK(top(2) == 1);
  CHECK(evaluator.evaluate(data, task.scaling, 9).k == 3);
  const Dataset equal = Dataset::from_floats({3}, {2, 2, 1}, std::vector<int>{0});
  CHECK(evaluator.evaluate(equal, task.scaling, 1).accuracy == 1);
  CHECK(evaluator.evaluate(equal, task.scaling, 1).calibration_error.value() ==
        doctest::Approx(1 - std::exp(2.0) / (2 * std::exp(2.0) + std::exp(1.0))));  // it is right, and less sure
  const Dataset nothing = Dataset::from_floats({3}, {NAN, NAN, NAN}, std::vector<int>{0});
  CHECK(evaluator.evaluate(nothing, task.scaling, 1).accuracy == 0);
  register_metric("label_probability", [](std::span<const float> outputs, int label) {
    return static_cast<double>(outputs[static_cast<std::size_t>(label)]);
  });
  const double metric = evaluator.evaluate(data, task.scaling, 1).metrics.at("label_probability");
  // Predictions are probabilities, row by row, though three samples take two batches.
  const std::vector<float> probabilities = evaluator.predict(data, task.scaling);
  REQUIRE(probabilities.size() == 9);
  CHECK(metric == doctest::Approx(static_cast<double>(probabilities[1] + probabilities[4] + probabilities[8]) / 3));
  for (std::size_t n = 0; n < 3; ++n) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += std::exp(static_cast<double>(data.storage().floats[3 * n + i]));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(probabilities[3 * n + i] ==
            doctest::Approx(std::exp(static_cast<double>(data.storage().floats[3 * n + i])) / sum));
    }
  }
}
