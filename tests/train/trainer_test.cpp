#include "train/trainer.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "convoy/error.h"
#include "convoy/layers.h"
#include "convoy/optimizers.h"
#include "support/digits.h"
#include "support/heap.h"
#include "support/training.h"

using namespace convoy;

namespace {

/// A small network with every kind of layer that has work of its own in training.
Sequential small_network(const Spec& optimizer, int threads) {
  Sequential model({28, 28, 1}, threads);
  model.add(Conv2D{.filters = 4, .stride = 2, .activation = "relu"})
      .add(BatchNorm{})
      .add(MaxPool2D{})
      .add(GroupNorm{.groups = 2})
      .add(Conv2D{.filters = 6, .padding = "same", .use_bias = false})
      .add(BatchNorm{})
      .add(Activation{.function = "silu"})
      .add(Flatten{})
      .add(Dropout{.rate = 0.2})
      .add(Dense{.units = 24, .activation = "relu", .kernel_regularizer = {.l1 = 1e-5, .l2 = 1e-4}})
      .add(LayerNorm{})
      .add(Noise{.mean = 0.01, .deviation = 0.01, .redrawn = true})
      .add(Dense{.units = 10, .activation = "softmax"});
  model.compile(optimizer, SoftmaxCrossEntropy{.label_smoothing = 0.05});
  return model;
}

const Augmentation augmentation{.shift = 0.1, .rotate = 10, .erase = 0.5, .mixup = 0.3};

std::vector<float> trained_weights(const Spec& optimizer, int threads) {
  Sequential model = small_network(optimizer, threads);
  const auto training =
      test::training(model, test::mnist().train.slice(0, 200), {.epochs = 2, .augmentation = augmentation});
  Trainer& trainer = training->trainer();
  while (!trainer.done()) trainer.run_epoch({});
  Weights& weights = ModelAccess::impl(model).weights();
  std::vector<float> all(weights.parameters.span().begin(), weights.parameters.span().end());
  all.insert(all.end(), weights.states.span().begin(), weights.states.span().end());
  return all;
}

}  // namespace

TEST_CASE("a whole run ends with the same bits for 1, 2, 3 and 4 threads") {
  for (const Spec& optimizer :
       {Spec(Adam{.clipping = {.clip_norm = 0.5}}), Spec(SGD{.momentum = 0.9, .nesterov = true})}) {
    const auto one = trained_weights(optimizer, 1);
    for (const int threads : {2, 3, 4}) {
      const auto more = trained_weights(optimizer, threads);
      CHECK(std::memcmp(one.data(), more.data(), one.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("a training step allocates nothing") {
  struct Counter : Callback {
    bool on_batch_end(const BatchLog&) override {
      const std::size_t now = test::allocations();
      if (steps++ >= 2) worst = std::max(worst, now - before);  // the first steps may still warm up libraries
      before = test::allocations();
      return true;
    }
    std::size_t before = 0;
    std::size_t worst = 0;
    int steps = 0;
  };
  Sequential model = small_network(Adam{}, 2);
  const auto training =
      test::training(model, test::mnist().train.slice(0, 320), {.augmentation = augmentation, .log_steps = 0});
  Counter counter;
  training->trainer().run_epoch({&counter});
  CHECK(counter.steps == 10);
  CHECK(counter.worst == 0);
}

TEST_CASE("one batch can be learnt by heart, with each optimizer") {
  for (const Spec& optimizer :
       {Spec(Adam{}), Spec(AdamW{}), Spec(SGD{.learning_rate = 0.05, .momentum = 0.9}), Spec(RMSprop{})}) {
    INFO(optimizer.type);
    Sequential model({28, 28, 1});
    model.add(Conv2D{.filters = 8, .stride = 2, .activation = "relu"})
        .add(BatchNorm{})
        .add(Flatten{})
        .add(Dense{.units = 10});
    model.compile(optimizer, SoftmaxCrossEntropy{});
    const History history = model.fit(test::mnist().train.slice(0, 32), {.epochs = 60, .shuffle = false});
    CHECK(history.front().loss > 1.0);
    CHECK(history.back().loss < 0.1);
    CHECK(history.back().accuracy == 1.0);
  }
}

TEST_CASE("training stops at a loss that is not finite, and says where") {
  Sequential model({28, 28, 1});
  model.add(Flatten{}).add(Dense{.units = 10, .name = "head"});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  model.tensor("head/kernel")[5] = std::numeric_limits<float>::infinity();
  try {
    model.fit(test::mnist().train.slice(0, 256), {});
    FAIL("it must diverge");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::diverged);
    const std::string message = error.what();
    CHECK(message.find("training diverged in epoch 1, step ") == 0);
    CHECK(message.find("\"head/kernel\" is not finite") != std::string::npos);
  }
}

TEST_CASE("data that does not fit the network is refused before training") {
  Sequential model({28, 28, 1});
  model.add(Flatten{}).add(Dense{.units = 5});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  CHECK_THROWS_AS(model.fit(test::mnist().train.slice(0, 64), {}), Error);  // labels up to 9
  const Dataset wrong = Dataset::from_floats({27, 28, 1}, std::vector<float>(27 * 28), std::vector<int>{1});
  CHECK_THROWS_AS(model.fit(wrong, {}), Error);
}
