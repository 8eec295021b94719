// A model keeps what it is given: weights that were trained, loaded or set by hand, and where training stands.

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "convoy/error.h"
#include "convoy/model.h"
#include "convoy/predictor.h"
#include "convoy/run.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

Sequential small_model(std::uint64_t seed = 42) {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu", .name = "conv"})
      .add(BatchNorm{})
      .add(Flatten{})
      .add(Dropout{.rate = 0.3})
      .add(Dense{.units = 10, .activation = "softmax", .name = "head"});
  model.compile(Adam{}, SoftmaxCrossEntropy{}, {"constant", {}}, seed);
  return model;
}

const Dataset& training_digits() {
  static const Dataset data = test::mnist().train.slice(0, 600);
  return data;
}

std::vector<float> weights_of(Model& model) {
  std::vector<float> all;
  for (const std::string& name : model.tensor_names()) {
    const auto values = model.tensor(name);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("five fits of one epoch are one fit of five, bit for bit") {
  for (const Spec& optimizer : {Spec(Adam{}), Spec(SGD{.learning_rate = 0.05, .momentum = 0.9})}) {
    INFO(optimizer.type);
    Sequential once = small_model();
    once.compile(optimizer, SoftmaxCrossEntropy{});
    const Augmentation shifted{.shift = 0.1};
    const History history = once.fit(training_digits(), {.epochs = 5, .augmentation = shifted});
    Sequential loop = small_model();
    loop.compile(optimizer, SoftmaxCrossEntropy{});
    for (std::size_t epoch = 0; epoch < 5; ++epoch) {
      const History one = loop.fit(training_digits(), {.epochs = 1, .augmentation = shifted});
      REQUIRE(one.size() == 1);
      CHECK(one[0].epoch == static_cast<int>(epoch) + 1);
      CHECK(one[0].loss == history[epoch].loss);
    }
    CHECK(weights_of(loop) == weights_of(once));
  }
}

TEST_CASE("a schedule that listens to epochs goes on with the fits") {
  const Plateau plateau{.factor = 0.5, .patience = 1, .min_delta = 100};
  Sequential once = small_model();
  once.compile(Adam{}, SoftmaxCrossEntropy{}, plateau);
  const History history = once.fit(training_digits(), {.epochs = 3});
  Sequential loop = small_model();
  loop.compile(Adam{}, SoftmaxCrossEntropy{}, plateau);
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    CHECK(loop.fit(training_digits(), {.epochs = 1})[0].learning_rate == history[epoch].learning_rate);
  }
  CHECK(weights_of(loop) == weights_of(once));
}

TEST_CASE("compile begins anew but keeps trained weights") {
  Sequential model = small_model();
  model.fit(training_digits(), {.epochs = 1});
  const auto before = weights_of(model);
  model.compile(SGD{}, SoftmaxCrossEntropy{}, {"constant", {}}, 7);
  CHECK(weights_of(model) == before);
  CHECK(model.fit(training_digits(), {.epochs = 1})[0].epoch == 1);
}

TEST_CASE("weights that nobody has seen to are drawn from the seed of compile") {
  Sequential seven = small_model(7);
  Sequential changed = small_model(42);
  changed.summary();  // which makes the network
  changed.compile(Adam{}, SoftmaxCrossEntropy{}, {"constant", {}}, 7);
  CHECK(weights_of(changed) == weights_of(seven));
}

TEST_CASE("a loaded model keeps its weights through compile") {
  const test::TemporaryFolder folder;
  Sequential model = small_model();
  model.fit(training_digits(), {.epochs = 2});
  const double accuracy = model.evaluate(test::mnist().test.slice(0, 500)).accuracy;
  model.save(folder.path() / "m.safetensors");
  Model loaded = Model::load(folder.path() / "m.safetensors");
  loaded.compile(SGD{}, SoftmaxCrossEntropy{}, {"constant", {}}, 3);
  CHECK(loaded.evaluate(test::mnist().test.slice(0, 500)).accuracy == accuracy);
}

TEST_CASE("a layer that is added draws its own weights only") {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .name = "conv"}).add(Flatten{});
  model.tensor("conv/bias")[2] = 5;
  const auto kernel = copy(model.tensor("conv/kernel"));
  model.add(Dense{.units = 10, .name = "head"});
  CHECK(model.tensor("conv/bias")[2] == 5);
  CHECK(copy(model.tensor("conv/kernel")) == kernel);
  CHECK(model.tensor("head/kernel").size() == 13 * 13 * 4 * 10);
}

TEST_CASE("a model whose weights were set by hand evaluates, predicts, saves and loads") {
  const test::TemporaryFolder folder;
  Sequential model({2});
  model.add(Dense{.units = 2, .name = "head"});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  std::ranges::copy(std::vector<float>{1, 0, 0, 1}, model.tensor("head/kernel").begin());
  const Dataset data = Dataset::from_floats({2}, {3, 1, 0, 2}, std::vector<int>{0, 1});
  CHECK(model.evaluate(data).accuracy == 1.0);
  const auto expected = model.predict(data);
  CHECK(expected[0] > 0.8F);
  model.save(folder.path() / "m.safetensors");
  Model loaded = Model::load(folder.path() / "m.safetensors");
  CHECK(loaded.predict(data) == expected);
  Predictor predictor(loaded, 1);
  const auto predicted = predictor.predict(std::vector<float>{3, 1, 0, 2});
  CHECK(std::ranges::equal(predicted, expected));
}

TEST_CASE("a model without compile saves and loads") {
  const test::TemporaryFolder folder;
  Sequential model({2});
  model.add(Dense{.units = 2, .name = "head"});
  model.tensor("head/kernel")[0] = 0.5F;
  model.save(folder.path() / "m.safetensors");
  Model loaded = Model::load(folder.path() / "m.safetensors");
  CHECK(loaded.tensor("head/kernel")[0] == 0.5F);
}

TEST_CASE("a layer's name that a saved file could not have is refused at once") {
  Sequential model({4});
  CHECK(contains(error_of(ErrorKind::config, [&] { model.add(Dense{.units = 1, .name = "my layer"}); }),
                 "layer \"my layer\": \"name\" expects at most 80 letters, digits, \"_\" or \"-\""));
  Graph graph({4});
  CHECK(contains(error_of(ErrorKind::config, [&] { graph.add(Dense{.units = 1, .name = "input"}, {Graph::input}); }),
                 "\"input\" is the name of the network's own input"));
}

TEST_CASE("what fit was told is in the saved configuration") {
  const test::TemporaryFolder folder;
  Sequential model = small_model();
  model.fit(training_digits(),
            {.epochs = 2, .batch_size = 50, .last_batch = LastBatch::merge, .scaling = "standard", .patience = 9});
  model.save(folder.path() / "m.safetensors");
  const Config config = config_of(folder.path() / "m.safetensors");
  CHECK(config.train.integer("epochs") == 2);
  CHECK(config.train.integer("batch_size") == 50);
  CHECK(config.train.integer("patience") == 9);
  CHECK(config.data.text("last_batch") == "merge");
  CHECK(config.data.text("scaling") == "standard");
}

TEST_CASE("options that cannot be are errors before any step") {
  Sequential model = small_model();
  const auto refusal = [&](const FitOptions& options) {
    return error_of(ErrorKind::config, [&] { model.fit(training_digits(), options); });
  };
  const auto before = weights_of(model);
  CHECK(refusal({.batch_size = 0}) == "fit: \"batch_size\" expects at least 1, got 0");
  CHECK(refusal({.epochs = -1}) == "fit: \"epochs\" expects at least 1, got -1");
  CHECK(contains(refusal({.scaling = "unti"}), "did you mean \"unit\"?"));
  CHECK(contains(refusal({.monitor = "validation_los"}), "did you mean \"validation_loss\"?"));
  CHECK(refusal({.callbacks = {nullptr}}) == "fit: a callback is a null pointer");
  CHECK(contains(refusal({.recalibrate = -3}), "\"recalibrate\" expects at least 0"));
  CHECK(weights_of(model) == before);
  CHECK(error_of(ErrorKind::config, [&] { model.evaluate(training_digits(), 0); }) ==
        "evaluate: batch_size expects at least 1, got 0");
  CHECK(error_of(ErrorKind::config, [&] { model.predict(training_digits(), -1); }) ==
        "predict: batch_size expects at least 1, got -1");
  CHECK(contains(error_of(ErrorKind::data, [&] { training_digits().select(std::vector<int>{1000000}); }),
                 "no sample 1000000, there are 600"));
  CHECK(contains(error_of(ErrorKind::data, [&] { training_digits().select(std::vector<int>{-1}); }), "-1"));
  CHECK_THROWS_AS(training_digits().slice(-1, 5), Error);
  CHECK_THROWS_AS(training_digits().slice(599, 5), Error);
}
