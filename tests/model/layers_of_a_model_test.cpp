// What a program may ask of single layers of a model, and change in them.

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "convoy/error.h"
#include "convoy/model.h"
#include "support/compare.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

Sequential features_model() {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu", .name = "conv"})
      .add(BatchNorm{.name = "bn"})
      .add(Flatten{})
      .add(Dense{.units = 16, .activation = "relu", .name = "features"})
      .add(Dense{.units = 10, .activation = "softmax", .name = "head"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  return model;
}

std::vector<float> tensor_copy(Model& model, const std::string& name) {
  const auto values = model.tensor(name);
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("the outputs of a layer are those that the next one gets") {
  Sequential model = features_model();
  model.fit(test::mnist().train.slice(0, 300), {.epochs = 1});
  const Dataset data = test::mnist().test.slice(0, 70);
  CHECK(model.output_shape_of("conv") == Shape{13, 13, 4});
  CHECK(std::ranges::min(model.outputs_of("conv", data)) == 0);  // its activation is part of it
  CHECK(test::relative_distance(model.outputs_of("head", data), model.predict(data)) < 1e-5);
  const std::vector<float> features = model.outputs_of("features", data);
  REQUIRE(features.size() == 70 * 16);
  Sequential head({16});
  head.add(Dense{.units = 10, .activation = "softmax", .name = "head"});
  head.compile(SGD{}, SoftmaxCrossEntropy{});
  for (const char* name : {"head/kernel", "head/bias"}) {
    std::ranges::copy(model.tensor(name), head.tensor(name).begin());
  }
  const auto labels = data.storage().labels;
  const auto from_features = head.predict(Dataset::from_floats({16}, features, std::vector<int>(70)));
  CHECK(test::relative_distance(from_features, model.predict(data)) < 1e-5);
  CHECK(contains(error_of(ErrorKind::config, [&] { model.outputs_of("feature", data); }),
                 "the model has no layer \"feature\"; did you mean \"features\"?"));
}

TEST_CASE("samples must be there, and of the input's shape") {
  Sequential model = features_model();
  const Dataset wrong = Dataset::from_floats({4}, std::vector<float>(8), std::vector<int>{0, 1});
  const auto refused = [](const std::string& shape) {
    return "samples are " + shape + ", the network expects 28x28x1";
  };
  CHECK(error_of(ErrorKind::data, [&] { model.forward(wrong, false); }) == refused("4"));
  CHECK(error_of(ErrorKind::data, [&] { model.outputs_of("conv", wrong); }) == refused("4"));
  const Dataset none = test::mnist().test.slice(0, 0);
  CHECK(error_of(ErrorKind::data, [&] { model.forward(none, false); }) == refused("28x28x1"));
  CHECK(model.predict(none).empty());
}

TEST_CASE("predictions do not depend on the size of a batch, whichever sizes come after each other") {
  Sequential model = features_model();
  const Dataset data = test::mnist().test.slice(0, 40);
  const std::vector<float> expected = model.predict(data, 40);
  for (const int batch : {1, 7, 64, 8}) CHECK(test::relative_distance(model.predict(data, batch), expected) < 1e-6);
  CHECK(model.evaluate(data, 1).loss == doctest::Approx(model.evaluate(data, 40).loss));
}

TEST_CASE("a network of one layer has outputs of that layer") {
  Sequential model({4});
  model.add(Dense{.units = 2, .name = "only"});
  CHECK(model.output_shape_of("only") == Shape{2});
}

TEST_CASE("a layer may be frozen and trained again after loading") {
  const test::TemporaryFolder folder;
  Sequential trained = features_model();
  trained.fit(test::mnist().train.slice(0, 300), {.epochs = 1});
  trained.save(folder.path() / "m.safetensors");
  Model model = Model::load(folder.path() / "m.safetensors");
  const auto conv = tensor_copy(model, "conv/kernel");
  const auto mean = tensor_copy(model, "bn/moving_mean");
  const auto head = tensor_copy(model, "head/kernel");
  model.set_trainable("conv", false);
  model.set_trainable("bn", false);
  model.fit(test::mnist().train.slice(0, 300), {.epochs = 1});
  CHECK(tensor_copy(model, "conv/kernel") == conv);
  CHECK(tensor_copy(model, "bn/moving_mean") == mean);
  CHECK(tensor_copy(model, "head/kernel") != head);
  CHECK(model.summary().rows[0].frozen);
  model.set_trainable("conv", true);
  model.fit(test::mnist().train.slice(0, 300), {.epochs = 1});
  CHECK(tensor_copy(model, "conv/kernel") != conv);
  CHECK(tensor_copy(model, "bn/moving_mean") == mean);
}

TEST_CASE("a callback sets the learning rate of each step") {
  struct Halving : Callback {
    double learning_rate(double scheduled, std::uint64_t step) override { return step < 10 ? scheduled : 0; }
  };
  Sequential model = features_model();
  Halving halving;
  const Dataset data = test::mnist().train.slice(0, 320);
  const History history = model.fit(data, {.epochs = 2, .callbacks = {&halving}});
  CHECK(history[0].learning_rate == 1e-3);
  CHECK(history[1].learning_rate == 0);
  Sequential one = features_model();
  one.fit(data, {.epochs = 1});
  CHECK(tensor_copy(model, "head/kernel") == tensor_copy(one, "head/kernel"));
  struct Wrong : Callback {
    double learning_rate(double, std::uint64_t) override { return -1; }
  };
  Wrong wrong;
  CHECK(contains(error_of(ErrorKind::config, [&] { one.fit(data, {.callbacks = {&wrong}}); }),
                 "a callback asks for a learning rate of -1.0 at step 10"));
}

TEST_CASE("a share of the training samples is set aside for validation, of each class its share") {
  Sequential model = features_model();
  const History history = model.fit(test::mnist().train.slice(0, 500), {.epochs = 1, .validation = 0.2});
  CHECK(history[0].has_validation);
  CHECK(history[0].step == 13);  // 400 samples
  for (const double share : {-0.1, 1.0, 1.5}) {
    CHECK(contains(error_of(ErrorKind::config, [&] { model.fit(test::mnist().train, {.validation = share}); }),
                   "fit: validation expects a data set, or a share between 0 and 1"));
  }
}
