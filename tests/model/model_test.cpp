#include "convoy/model.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "convoy/error.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

Sequential digit_model() {
  Sequential model({28, 28, 1});
  model.add(BatchNorm{})
      .add(Conv2D{.filters = 8, .activation = "relu", .name = "conv1"})
      .add(MaxPool2D{})
      .add(BatchNorm{.name = "bn2"})
      .add(Flatten{})
      .add(Dense{.units = 10, .activation = "softmax", .name = "dense"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  return model;
}

}  // namespace

TEST_CASE("a small network learns digits, and its saved file evaluates to the very same figures") {
  const test::TemporaryFolder folder;
  Sequential model = digit_model();
  const auto& data = test::mnist();
  FitOptions options{.epochs = 3, .validation = data.train.slice(50000, 1000)};
  const History history = model.fit(data.train.slice(0, 4000), options);
  REQUIRE(history.size() == 3);
  CHECK(history[2].loss < history[0].loss);
  CHECK(history[2].has_validation);

  const Evaluation before = model.evaluate(data.test.slice(0, 2000));
  CHECK(before.accuracy > 0.88);
  CHECK(before.top_k > before.accuracy);
  model.save(folder.path() / "digits.safetensors");
  Model loaded = Model::load(folder.path() / "digits.safetensors");
  const std::string bytes = test::contents(folder.path() / "digits.safetensors");
  for (const char* key : {"momentum = 0.99", "engine = \\\"auto", "trainable = true"}) {
    CHECK(bytes.find(key) != std::string::npos);
  }
  const Evaluation after = loaded.evaluate(data.test.slice(0, 2000));
  CHECK(after.accuracy == before.accuracy);
  CHECK(after.loss == before.loss);
  CHECK(loaded.summary().rows.size() == model.summary().rows.size());
  CHECK(loaded.input_shape() == Shape{28, 28, 1});
}

TEST_CASE("predictions are probabilities whose largest is the accuracy's class") {
  Sequential model = digit_model();
  const auto& data = test::mnist();
  model.fit(data.train.slice(0, 2000), {.epochs = 1});
  const Dataset some = data.test.slice(0, 100);
  const auto probabilities = model.predict(some, 32);
  REQUIRE(probabilities.size() == 1000);
  int right = 0;
  for (int n = 0; n < 100; ++n) {
    double sum = 0;
    int best = 0;
    for (int i = 0; i < 10; ++i) {
      const float p = probabilities[static_cast<std::size_t>(n * 10 + i)];
      CHECK((p >= 0 && p <= 1));
      sum += static_cast<double>(p);
      if (p > probabilities[static_cast<std::size_t>(n * 10 + best)]) best = i;
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    right += best == some.label(n) ? 1 : 0;
  }
  CHECK(model.evaluate(some).accuracy == doctest::Approx(right / 100.0));
}

TEST_CASE("frozen batch norm keeps its bytes and is shown as frozen") {
  Sequential model({28, 28, 1});
  model.add(BatchNorm{.trainable = false, .name = "bn"}).add(Flatten{}).add(Dense{.units = 10});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  std::vector<std::vector<float>> before;
  for (const auto* name : {"bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"}) {
    before.emplace_back(model.tensor(name).begin(), model.tensor(name).end());
  }
  model.fit(test::mnist().train.slice(0, 256), {.epochs = 2});
  std::size_t i = 0;
  for (const auto* name : {"bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"}) {
    CHECK(std::equal(before[i].begin(), before[i].end(), model.tensor(name).begin()));
    ++i;
  }
  CHECK(model.summary().rows[0].frozen);
}

TEST_CASE("a graph with branches trains and survives saving") {
  const test::TemporaryFolder folder;
  Graph model({28, 28, 1});
  const auto stem = model.add(Conv2D{.filters = 6, .stride = 2, .activation = "relu"}, {Graph::input});
  const auto norm = model.add(BatchNorm{}, {stem});
  const auto branch = model.add(Conv2D{.filters = 6, .padding = "same", .activation = "relu"}, {norm});
  const auto sum = model.add(Add{}, {branch, stem});
  const auto joined = model.add(Concat{}, {sum, norm});
  const auto pooled = model.add(GlobalAvgPool{}, {joined});
  model.add(Dense{.units = 10}, {pooled});
  model.compile(Adam{.learning_rate = 0.01}, SoftmaxCrossEntropy{});
  const History history = model.fit(test::mnist().train.slice(0, 1024), {.epochs = 4});
  CHECK(history.back().loss < 0.8 * history.front().loss);
  model.save(folder.path() / "graph.safetensors");
  Model loaded = Model::load(folder.path() / "graph.safetensors");
  const Dataset some = test::mnist().test.slice(0, 50);
  CHECK(loaded.predict(some) == model.predict(some));
}

TEST_CASE("regression on floats with mean squared error") {
  std::vector<float> inputs;
  std::vector<float> targets;
  for (int i = 0; i < 256; ++i) {
    const float x = static_cast<float>(i % 16) / 8 - 1;
    const float y = static_cast<float>(i / 16) / 8 - 1;
    inputs.insert(inputs.end(), {x, y});
    targets.insert(targets.end(), {2 * x - y, x + 0.5F});
  }
  const Dataset data = Dataset::from_floats({2}, inputs, targets, 2);
  Sequential model({2});
  model.add(Dense{.units = 2, .name = "line"});
  model.compile(Adam{.learning_rate = 0.05}, MeanSquaredError{});
  const History history = model.fit(data, {.epochs = 60, .scaling = "none"});
  CHECK(history.back().loss < 1e-4);
  CHECK(model.tensor("line/kernel")[0] == doctest::Approx(2).epsilon(0.02));
  CHECK(model.tensor("line/bias")[1] == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("mistakes in the order of calls are named") {
  Sequential model({4});
  model.add(Dense{.units = 2});
  const Dataset data = Dataset::from_floats({4}, std::vector<float>(8), std::vector<int>{0, 1});
  CHECK_THROWS_WITH_AS(model.fit(data, {}), "the model has no loss yet; call compile() first", Error);
  CHECK_THROWS_WITH_AS(model.tensor("nothing"), "the model has no tensor \"nothing\"", Error);
  CHECK_THROWS_AS(Model::load("does/not/exist.safetensors"), Error);
}

TEST_CASE("the summary prints Keras's table") {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 32, .activation = "relu", .name = "conv1"})
      .add(BatchNorm{.name = "bn1"})
      .add(Flatten{.name = "flatten"})
      .add(Dense{.units = 10, .activation = "softmax", .name = "dense"});
  const Summary summary = model.summary();
  REQUIRE(summary.rows.size() == 4);
  CHECK(summary.rows[0].parameters == 320);
  CHECK(summary.rows[0].macs == 26 * 26 * 32 * 9);
  CHECK(summary.rows[1].parameters == 128);
  CHECK(summary.trainable == 320 + 64 + 216330);
  CHECK(summary.non_trainable == 64);
  const std::string table = text(summary);
  CHECK(table.find("conv1 (conv2d, relu)") != std::string::npos);
  CHECK(table.find("26x26x32") != std::string::npos);
  CHECK(table.find("Total parameters: 216,778") != std::string::npos);
  CHECK(table.find("Batch norm: batch statistics in training, moving ones in evaluation") != std::string::npos);
}

TEST_CASE("the summary's columns are as wide as their widest cell, with numbers to the right") {
  Graph model({6, 6, 1});
  const auto conv = model.add(Conv2D{.filters = 4, .use_bias = false, .name = "conv"}, {Graph::input});
  const auto norm = model.add(BatchNorm{.trainable = false, .name = "norm"}, {conv});
  const auto sum = model.add(Add{.name = "sum"}, {norm, conv});
  CHECK(text(model.summary()) == R"(Model: "model"
===========================================================
Layer (type)               Output  Params  MACs  Inputs
-----------------------------------------------------------
conv (conv2d)              4x4x4       36   576  input
norm (batch_norm, frozen)  4x4x4       16     0  conv
sum (add)                  4x4x4        0     0  norm, conv
===========================================================
Total parameters: 52
Trainable parameters: 36
Non-trainable parameters: 16
MACs an image: 576
Batch norm: frozen, with moving statistics in training too
)");
  model.add(BatchNorm{.name = "trained"}, {sum});
  CHECK(text(model.summary())
            .ends_with("\nBatch norm: batch statistics in training (frozen layers: moving ones), moving "
                       "ones in evaluation\n"));
}
