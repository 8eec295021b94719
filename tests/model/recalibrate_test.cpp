#include "train/recalibrate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "convoy/error.h"
#include "convoy/model.h"
#include "convoy/run.h"
#include "support/compare.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::doubles;
using test::error_of;
using test::Floats;
using test::normal_floats;
using test::relative_distance;

namespace {

/// 50 samples of 4x4x3 numbers, whose channels have means of their own.
Dataset shifted_channels() {
  Floats values = normal_floats(50 * 48, 3);
  std::vector<int> labels;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 10 * static_cast<float>(i % 3);
  for (int n = 0; n < 50; ++n) labels.push_back(n % 2);
  return Dataset::from_floats({4, 4, 3}, values, labels);
}

/// A trained network with three batch norms, the middle one frozen.
Sequential model_of(int threads = 2, const std::string& moving_variance = "biased") {
  Sequential model({4, 4, 3}, threads);
  model.add(BatchNorm{.moving_variance = moving_variance, .name = "first"})
      .add(Conv2D{.filters = 5, .activation = "relu"})
      .add(BatchNorm{.trainable = false, .name = "frozen"})
      .add(Flatten{})
      .add(BatchNorm{.name = "last"})
      .add(Dense{.units = 2});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(shifted_channels(), {.epochs = 1, .scaling = "none"});
  return model;
}

Floats copy_of(Model& model, const std::string& tensor) {
  const auto values = model.tensor(tensor);
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("the statistics are those of all values, whatever the batches and what was there before") {
  const Dataset data = shifted_channels();
  std::vector<double> mean(3);
  std::vector<double> m2(3);
  const Floats& x = data.storage().floats;
  for (std::size_t i = 0; i < x.size(); ++i) mean[i % 3] += double{x[i]} / 800;
  for (std::size_t i = 0; i < x.size(); ++i) m2[i % 3] += std::pow(double{x[i]} - mean[i % 3], 2);
  for (const int batch : {7, 49, 50, 64}) {
    for (const std::string kind : {"biased", "unbiased"}) {
      Sequential model = model_of(2, kind);
      model.recalibrate(data, {.batch_size = batch});
      CHECK(relative_distance(copy_of(model, "first/moving_mean"), mean) < 1e-7);
      std::vector<double> variance = m2;
      for (double& value : variance) value /= kind == "biased" ? 800 : 799;
      CHECK(relative_distance(copy_of(model, "first/moving_variance"), variance) < 1e-6);
    }
  }
}

TEST_CASE("after one batch of all samples, prediction on them is what training computes") {
  Sequential model = model_of();
  const Dataset data = shifted_channels();
  const Floats training = model.forward(data, true);
  CHECK(relative_distance(model.forward(data, false), doubles(training)) > 1e-2);
  model.recalibrate(data, {.batch_size = 50});
  CHECK(relative_distance(model.forward(data, false), doubles(training)) < 1e-5);
}

TEST_CASE("nothing but the trained layers' statistics changes, to the same bits for any number of threads") {
  const auto tensors = [](Model& model) {
    std::vector<Floats> all;
    for (const auto& name : model.tensor_names()) all.push_back(copy_of(model, name));
    return all;
  };
  Sequential one = model_of(1);
  const auto before = tensors(one);
  const auto moved = one.recalibrate(shifted_channels(), {.images = 30, .batch_size = 8});
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].layer == "first");
  CHECK(moved[1].layer == "last");
  const auto after = tensors(one);
  const auto names = one.tensor_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    INFO(names[i]);
    const bool replaced = names[i].find("moving") != std::string::npos && names[i].find("frozen") == std::string::npos;
    CHECK((before[i] == after[i]) != replaced);
  }
  for (const int threads : {2, 3}) {
    Sequential more = model_of(threads);
    more.recalibrate(shifted_channels(), {.images = 30, .batch_size = 8});
    CHECK(tensors(more) == after);
  }
}

TEST_CASE("it says how far the statistics were off") {
  Sequential model = model_of();
  model.recalibrate(shifted_channels());
  for (std::size_t c = 0; c < 3; ++c) {
    float& variance = model.tensor("first/moving_variance")[c];
    model.tensor("first/moving_mean")[c] += 3 * std::sqrt(variance + 1e-3F);
    variance = 4 * (variance + 1e-3F) - 1e-3F;
  }
  const auto moved = model.recalibrate(shifted_channels());
  CHECK(moved[0].mean_gap == doctest::Approx(3).epsilon(1e-4));
  CHECK(moved[0].variance_ratio == doctest::Approx(4).epsilon(1e-4));
  CHECK(moved[1].mean_gap < 1e-5);
  CHECK(moved[1].variance_ratio == doctest::Approx(1));
}

TEST_CASE("a network without a trained batch norm, and data of another shape, are errors") {
  Sequential model({4, 4, 3});
  model.add(BatchNorm{.trainable = false}).add(Flatten{}).add(Dense{.units = 2});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(shifted_channels(), {.scaling = "none"});
  CHECK(error_of([&] { model.recalibrate(shifted_channels()); }) ==
        "recalibrate: the network has no batch norm that is trained");
  Sequential other = model_of();
  CHECK(error_of([&] { other.recalibrate(test::mnist().test); }) ==
        "recalibrate: samples are 28x28x1, the network expects 4x4x3");
  CHECK(error_of([&] { other.recalibrate(shifted_channels(), {.images = 1, .batch_size = 1}); }) != "");
}

TEST_CASE("train.recalibrate gives each epoch's weights the statistics of the training images") {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "digits", 200);
  const std::string text = R"(
    [data]
    path = "digits"
    validation = 50
    [train]
    epochs = 2
    batch_size = 16
    recalibrate = 100
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "dense"
    units = 20
    [[layer]]
    type = "batch_norm"
    name = "bn"
    [[layer]]
    type = "dense"
    units = 10
)";
  const Config config = parse_config(text, "a.toml", folder.path());
  const RunResult result = train_run(config, {.folder = folder.path() / "run"});
  Model best = Model::load(result.model);
  const DataSplits data = load_data(config.data, 42);
  const auto moved = best.recalibrate(data.train, {.images = 100, .batch_size = 16});
  CHECK(moved[0].mean_gap < 1e-6);
  CHECK(moved[0].variance_ratio == doctest::Approx(1));
  const EpochLog& log = result.history[static_cast<std::size_t>(result.best_epoch) - 1];
  CHECK(best.evaluate(data.validation).loss == doctest::Approx(log.validation_loss));
  CHECK(error_of([&] {
          train_run(parse_config(text, "a.toml", folder.path(), {"layer.bn.enabled=false"}),
                    {.folder = folder.path() / "other"});
        }) ==
        "a.toml:8:5: train.recalibrate: the network has no batch norm that is trained; leave the key out, or set it to "
        "0");
}
