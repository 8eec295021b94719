#include "convoy/check.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "support/files.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

CheckResult check(const std::string& layers) {
  const std::string text = R"(
    name = "check"
    [data]
    path = "data/mnist"
    limit = 500
    [optimizer]
    type = "adam"
    learning_rate = 3e-3
    [loss]
    type = "softmax_cross_entropy"
  )" + layers;
  return check(parse_config(text, "check.toml", std::filesystem::current_path()));
}

}  // namespace

// Behind instance_norm a bias changes nothing: its gradient is 0 but for rounding, which no difference can confirm.
TEST_CASE("the gradients of penalties on activities are right, and of convolutions by channel and by group") {
  const CheckResult result = check(R"(
    [[layer]]
    type = "conv2d"
    filters = 8
    stride = 2
    padding = 1
    activation = "elu"
    [[layer]]
    type = "activity_regularization"
    l1 = 1e-3
    l2 = 1e-3
    [[layer]]
    type = "depthwise_conv2d"
    padding = 1
    [[layer]]
    type = "prelu"
    slopes = "channel"
    initial = 0.25
    [[layer]]
    type = "separable_conv2d"
    filters = 4
    activation = "mish"
    [[layer]]
    type = "conv2d_transpose"
    filters = 4
    stride = 2
    use_bias = false
    [[layer]]
    type = "conv2d"
    filters = 4
    groups = 2
    stride = 2
    use_bias = false
    [[layer]]
    type = "instance_norm"
    [[layer]]
    type = "affine"
)" + test::dense_network);
  CHECK(result.gradients_ok);
  for (const DirectionCheck& direction : result.directions) {
    INFO(direction.tensor);
    CHECK(direction.relative_error < 1e-2);
  }
}

TEST_CASE("overfitting begins at the weights that the configuration draws, not at those of the gradient check") {
  const CheckResult result = check(R"(
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "dense"
    units = 10
    kernel_initializer = "zeros"
  )");
  CHECK(result.gradients_ok);
  CHECK(result.overfit_first_loss == doctest::Approx(std::log(10)).epsilon(1e-6));
}

TEST_CASE("check passes for a sound model and describes the data") {
  const CheckResult result = check(R"(
    [[layer]]
    type = "batch_norm"
    [[layer]]
    type = "conv2d"
    name = "conv1"
    filters = 4
    activation = "relu"
    [[layer]]
    type = "max_pool2d"
)" + test::dense_network);
  CHECK(result.gradients_ok);
  CHECK(result.overfit_ok);
  CHECK(result.overfit_last_loss < result.overfit_first_loss);
  REQUIRE(result.directions.size() == 6 + 8);
  CHECK(result.directions[2].tensor == "conv1/kernel");
  for (std::size_t i = 6; i < 14; ++i) CHECK(result.directions[i].tensor == "all");
  CHECK(std::abs(result.directions[2].analytic) > 1e-3);  // something was compared
  CHECK(result.train.samples == 500);
  CHECK(result.train.min == 0);
  CHECK(result.train.max == 255);
  CHECK(std::accumulate(result.train.per_class.begin(), result.train.per_class.end(), 0) == 500);
  CHECK(result.train.duplicates == 0);
}

TEST_CASE("check reports a model that cannot learn") {
  // Ten dead layers of tiny sigmoids: the batch cannot be learnt in the steps given.
  std::string layers = "[[layer]]\ntype = \"flatten\"\n";
  for (int i = 0; i < 10; ++i) {
    layers +=
        "[[layer]]\ntype = \"dense\"\nunits = 3\nactivation = \"sigmoid\"\nkernel_initializer = \"random_uniform\"\n";
  }
  const CheckResult result = check(layers + "[[layer]]\ntype = \"dense\"\nunits = 10\n");
  CHECK_FALSE(result.overfit_ok);
}

TEST_CASE("a model that is right at once but does not move has not learnt") {
  const test::TemporaryFolder folder;
  test::write(folder.path() / "train.csv", "label,a,b\n0,1,2\n0,3,4\n1,5,6\n");
  const std::string text = R"(
    name = "still"
    [data]
    dataset = "csv"
    path = "."
    [optimizer]
    type = "sgd"
    learning_rate = 1e-30
    [loss]
    type = "softmax_cross_entropy"
    [[layer]]
    type = "dense"
    units = 2
    kernel_initializer = "zeros"
  )";
  const CheckResult result = convoy::check(parse_config(text, "still.toml", folder.path()), {.batch = 1});
  CHECK(result.overfit_accuracy == 1);
  CHECK(result.overfit_last_loss == result.overfit_first_loss);
  CHECK_FALSE(result.overfit_ok);
}

TEST_CASE("what is frozen has no gradient to check, and then none along all parameters") {
  const CheckResult result = check(R"(
    [[layer]]
    type = "conv2d"
    name = "conv1"
    filters = 4
    stride = 2
    trainable = false
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "dense"
    name = "output"
    units = 10
  )");
  REQUIRE(result.directions.size() == 2);
  CHECK(result.directions[0].tensor == "output/kernel");
  CHECK(result.directions[1].tensor == "output/bias");
  CHECK(result.gradients_ok);
}
