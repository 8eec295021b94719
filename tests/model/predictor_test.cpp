#include "convoy/predictor.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "convoy/error.h"
#include "convoy/layers.h"
#include "convoy/optimizers.h"
#include "support/compare.h"
#include "support/digits.h"
#include "support/heap.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

Sequential trained_model() {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 8, .activation = "relu"})
      .add(BatchNorm{})
      .add(Conv2D{.filters = 16, .stride = 2, .padding = "same", .activation = "relu"})
      .add(BatchNorm{})
      .add(Flatten{})
      .add(Dense{.units = 10});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(test::mnist().train.slice(0, 640), {.epochs = 1});
  return model;
}

/// The values of the images as they are stored.
std::vector<float> pixels(const Dataset& data) {
  std::vector<float> values;
  for (int n = 0; n < data.size(); ++n) {
    const auto first = data.storage().bytes.begin() + static_cast<std::ptrdiff_t>(data.index(n)) * 784;
    values.insert(values.end(), first, first + 784);
  }
  return values;
}

}  // namespace

TEST_CASE("a model of binary images applies its threshold wherever it predicts, also after it was saved") {
  Sequential model({28, 28, 1});
  model.add(Flatten{}).add(Dense{.units = 10});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  model.fit(test::mnist().train.slice(0, 320), {.scaling = "binary"});
  const test::TemporaryFolder folder;
  model.save(folder.path() / "binary.safetensors");
  Model loaded = Model::load(folder.path() / "binary.safetensors");

  const std::vector<std::uint8_t> grey = {127, 128, 3, 250};
  std::vector<std::uint8_t> shades;
  std::vector<std::uint8_t> black_and_white;
  for (std::size_t i = 0; i < 784; ++i) {
    shades.push_back(grey[i % 4]);
    black_and_white.push_back(grey[i % 4] > 127 ? 255 : 0);
  }
  const Dataset images = Dataset::from_bytes({28, 28, 1}, shades, {0});
  const auto want = model.predict(Dataset::from_bytes({28, 28, 1}, black_and_white, {0}));
  CHECK(model.predict(images) == want);
  CHECK(loaded.predict(images) == want);
  Predictor predictor(loaded);
  const auto got = predictor.predict(pixels(images));
  CHECK(test::relative_distance(std::vector<float>(got.begin(), got.end()), want) < 1e-6);
}

TEST_CASE("a predictor gives the model's probabilities, for one image and for many, on any number of threads") {
  Sequential model = trained_model();
  const Dataset data = test::mnist().test.slice(0, 70);
  const auto want = model.predict(data);
  const auto images = pixels(data);
  std::vector<float> first;
  for (const int threads : {1, 2, 4}) {
    Predictor predictor(model, threads);
    const auto all = predictor.predict(images);
    const std::vector<float> together(all.begin(), all.end());
    CHECK(test::relative_distance(together, want) < 1e-6);
    std::vector<float> alone;
    for (std::size_t n = 0; n < 70; ++n) {
      const auto one = predictor.predict(std::span(images).subspan(n * 784, 784));
      alone.insert(alone.end(), one.begin(), one.end());
    }
    CHECK(test::relative_distance(alone, want) < 1e-6);
    if (first.empty()) first = alone;
    CHECK(alone == first);
  }
}

TEST_CASE("a predictor outlives its model and keeps its weights") {
  std::vector<float> images = pixels(test::mnist().test.slice(0, 2));
  std::vector<float> before;
  const auto make = [&] {
    Sequential model = trained_model();
    Predictor predictor(model);
    const auto outputs = predictor.predict(images);
    before.assign(outputs.begin(), outputs.end());
    for (float& w : model.tensor("dense_1/kernel")) w = 0;
    return predictor;
  };
  Predictor predictor = make();
  const auto after = predictor.predict(images);
  CHECK(std::vector<float>(after.begin(), after.end()) == before);
}

TEST_CASE("a predictor allocates nothing, and says which size it expects") {
  Sequential model = trained_model();
  Predictor predictor(model);
  const std::vector<float> image(784, 7);
  std::vector<float> outputs(10);
  predictor.predict(image, outputs);
  const std::size_t before = test::allocations();
  for (int i = 0; i < 10; ++i) predictor.predict(image, outputs);
  CHECK(test::allocations() == before);
  CHECK_THROWS_WITH_AS(predictor.predict(std::span(image).first(783)),
                       "predict: expected samples of 28x28x1 = 784 numbers each, got 783 numbers", Error);
  CHECK_THROWS_WITH_AS(predictor.predict(std::span<const float>()), doctest::Contains("got 0 numbers"), Error);
}

namespace {

/// How many of the answers that several threads got, each with a predictor of its own, are wrong.
int wrong_answers(const std::vector<Predictor*>& predictors, const std::vector<float>& images,
                  const std::vector<float>& want) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < predictors.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 200; ++i) {
        const std::size_t n = (i + 7 * t) % 20;
        const auto got = predictors[t]->predict(std::span(images).subspan(n * 784, 784));
        if (!std::equal(got.begin(), got.end(), want.begin() + static_cast<std::ptrdiff_t>(n * 10))) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return wrong;
}

}  // namespace

TEST_CASE("threads may share a predictor, or take clones of it") {
  Sequential model = trained_model();
  const auto images = pixels(test::mnist().test.slice(0, 20));
  Predictor predictor(model, 2);
  std::vector<float> want;
  for (std::size_t n = 0; n < 20; ++n) {
    const auto one = predictor.predict(std::span(images).subspan(n * 784, 784));
    want.insert(want.end(), one.begin(), one.end());
  }
  CHECK(wrong_answers({&predictor, &predictor, &predictor, &predictor}, images, want) == 0);
  Predictor first = predictor.clone(1);
  Predictor second = first.clone(1);
  Predictor third = predictor.clone(2);
  CHECK(wrong_answers({&first, &second, &third, &predictor}, images, want) == 0);
}

TEST_CASE("outputs need the room that their samples take") {
  Sequential model = trained_model();
  Predictor predictor(model, 1);
  std::vector<float> outputs(9);
  CHECK_THROWS_WITH_AS(predictor.predict(std::vector<float>(784), outputs),
                       "predict: expected room for 10 outputs, got 9", Error);
}
