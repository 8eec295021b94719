#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "convoy/convoy.h"
#include "support/errors.h"

using namespace convoy;

namespace {

/// A batch norm whose moving mean is 1 and variance 4.
Sequential normed(bool trainable = true) {
  Sequential model({1}, 2);
  model.add(BatchNorm{.epsilon = 0.25, .trainable = trainable, .name = "bn"});
  model.add(Dense{.units = 2});
  model.compile(SGD{.learning_rate = 1e-20}, SoftmaxCrossEntropy{});
  model.tensor("bn/moving_mean")[0] = 1;
  model.tensor("bn/moving_variance")[0] = 4;
  return model;
}

const std::vector<float> numbers = {1, 2, 3, 6};

Dataset four() { return Dataset::from_floats({1}, numbers, std::vector<int>{0, 1, 0, 1}); }

}  // namespace

TEST_CASE("recalibrated statistics are those of all samples, whatever their batches") {
  for (const int batch_size : {2, 3, 4}) {
    CAPTURE(batch_size);
    Sequential model = normed();
    const std::vector<Recalibration> replaced = model.recalibrate(four(), {.images = 4, .batch_size = batch_size});
    CHECK(model.tensor("bn/moving_mean")[0] == doctest::Approx(3));
    CHECK(model.tensor("bn/moving_variance")[0] == doctest::Approx(3.5));
    REQUIRE(replaced.size() == 1);
    CHECK(replaced[0].mean_gap == doctest::Approx(2 / std::sqrt(3.75)));
    CHECK(replaced[0].variance_ratio == doctest::Approx(4.25 / 3.75));
  }
}

TEST_CASE("fewer images than there are suffice, and frozen statistics stay") {
  Sequential model = normed();
  model.recalibrate(four(), {.images = 2, .batch_size = 4});
  const double mean = static_cast<double>(model.tensor("bn/moving_mean")[0]);
  const double deviation = std::sqrt(static_cast<double>(model.tensor("bn/moving_variance")[0]));
  CHECK(deviation > 0.4);  // of two: half of their distance
  CHECK(std::round(mean - deviation) == doctest::Approx(mean - deviation).epsilon(1e-4));
  CHECK(std::round(mean + deviation) == doctest::Approx(mean + deviation).epsilon(1e-4));
  Sequential frozen = normed(false);
  CHECK(test::error_of(ErrorKind::config, [&] { frozen.recalibrate(four()); }) ==
        "recalibrate: the network has no batch norm that is trained");
  CHECK(frozen.tensor("bn/moving_mean")[0] == 1);
}

TEST_CASE("samples of another shape, and none, cannot recalibrate") {
  Sequential model = normed();
  CHECK(test::error_of(ErrorKind::data, [&] {
          model.recalibrate(Dataset::from_floats({2}, {1, 2}, std::vector<int>{0}));
        }) == "recalibrate: samples are 2, the network expects 1");
  CHECK(test::error_of(ErrorKind::data, [&] { model.recalibrate(four().slice(0, 0)); }) ==
        "recalibrate: samples are 1, the network expects 1");
}

TEST_CASE("each channel has its own statistics") {
  Sequential model({2}, 2);
  model.add(BatchNorm{.name = "bn"});
  model.add(Dense{.units = 2});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  model.recalibrate(Dataset::from_floats({2}, {1, 10, 2, 20, 3, 30, 6, 60}, std::vector<int>{0, 1, 0, 1}));
  CHECK(model.tensor("bn/moving_mean")[0] == doctest::Approx(3));
  CHECK(model.tensor("bn/moving_mean")[1] == doctest::Approx(30));
  CHECK(model.tensor("bn/moving_variance")[0] == doctest::Approx(3.5));
  CHECK(model.tensor("bn/moving_variance")[1] == doctest::Approx(350));
}
