#include "loss/loss.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "convoy/error.h"
#include "support/peers.h"

using namespace convoy;

namespace {

std::unique_ptr<Loss> cross_entropy(double smoothing) {
  Spec spec{"softmax_cross_entropy", {}};
  spec.settings.set("label_smoothing", smoothing);
  return make_loss(spec);
}

std::unique_ptr<Loss> focal(double gamma) {
  Spec spec{"focal", {}};
  spec.settings.set("gamma", gamma);
  return make_loss(spec);
}

std::unique_ptr<Loss> squared_error() { return make_loss({"mean_squared_error", {}}); }

const std::vector<float> outputs = {0.5F, -1.25F, 2.0F, 0.0F, 1.5F};

void check_gradient(const Loss& loss, const Target& target) {
  std::vector<float> gradient(5);
  loss.sample(outputs.data(), target, 5, 0.5F, gradient.data());
  for (std::size_t i = 0; i < 5; ++i) {
    std::vector<float> moved = outputs;
    constexpr float h = 1.0F / 1024;
    moved[i] += h;
    const double above = loss.sample(moved.data(), target, 5, 1, nullptr);
    moved[i] -= 2 * h;
    const double below = loss.sample(moved.data(), target, 5, 1, nullptr);
    CHECK(static_cast<double>(gradient[i]) ==
          doctest::Approx(0.5 * (above - below) / (2 * static_cast<double>(h))).epsilon(1e-4));
  }
}

}  // namespace

TEST_CASE("cross-entropy is the log of the softmax, from logits") {
  double sum = 0;
  for (const float z : outputs) sum += std::exp(static_cast<double>(z));
  CHECK(cross_entropy(0)->sample(outputs.data(), {.label = 2}, 5, 1, nullptr) == doctest::Approx(std::log(sum) - 2.0));
  CHECK(cross_entropy(0)->link() == Link::softmax);
  CHECK(squared_error()->link() == Link::none);
}

TEST_CASE("labels and one-hot rows give the same loss") {
  const std::vector<float> one_hot = {0, 0, 1, 0, 0};
  for (const auto* name : {"softmax_cross_entropy", "mean_squared_error"}) {
    Spec spec{name, {}};
    spec.settings.set("label_smoothing", 0.1);
    const auto loss = make_loss(spec);
    CHECK(loss->sample(outputs.data(), {.label = 2}, 5, 1, nullptr) ==
          loss->sample(outputs.data(), {.values = one_hot.data()}, 5, 1, nullptr));
  }
}

TEST_CASE("gradients agree with differences") {
  const std::vector<float> soft = {0.1F, 0.2F, 0.4F, 0.05F, 0.25F};
  for (const double smoothing : {0.0, 0.1}) {
    check_gradient(*cross_entropy(smoothing), {.label = 3});
    check_gradient(*cross_entropy(smoothing), {.values = soft.data()});
  }
  for (const double gamma : {0.0, 0.5, 2.0}) {
    for (const int label : {0, 4}) check_gradient(*focal(gamma), {.label = label});
    check_gradient(*focal(gamma), {.values = soft.data()});
  }
  check_gradient(*squared_error(), {.label = 1});
  check_gradient(*squared_error(), {.values = soft.data()});
}

TEST_CASE("label smoothing spreads its share over all classes, as in Keras") {
  // t = 0.9 at the label, plus 0.1 / 5 everywhere
  double sum = 0;
  for (const float z : outputs) sum += std::exp(static_cast<double>(z));
  double expected = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double t = (i == 0 ? 0.9 : 0.0) + 0.02;
    expected += t * (std::log(sum) - static_cast<double>(outputs[i]));
  }
  CHECK(cross_entropy(0.1)->sample(outputs.data(), {.label = 0}, 5, 1, nullptr) == doctest::Approx(expected));
}

TEST_CASE("huge logits stay finite") {
  const std::vector<float> huge = {1e4F, -1e4F, 9999.0F};
  std::vector<float> gradient(3);
  const double loss = cross_entropy(0)->sample(huge.data(), {.label = 1}, 3, 1, gradient.data());
  CHECK(loss == doctest::Approx(20000 + std::log(1 + std::exp(-1.0))));
  for (const float g : gradient) CHECK(std::isfinite(g));
  CHECK(gradient[1] == -1.0F);
}

TEST_CASE("the focal loss of what is certain is 0 or that of cross-entropy, and has a gradient") {
  const std::vector<float> certain = {1e4F, -1e4F, 0};
  const std::vector<float> soft = {0.5F, 0.25F, 0.25F};
  for (const double gamma : {0.0, 0.5, 2.0}) {
    CAPTURE(gamma);
    std::vector<float> gradient(3, -1.0F);
    CHECK(focal(gamma)->sample(certain.data(), {.label = 0}, 3, 1, gradient.data()) == 0);
    CHECK(gradient == std::vector<float>(3));
    focal(gamma)->sample(certain.data(), {.values = soft.data()}, 3, 1, gradient.data());
    CHECK(gradient == std::vector<float>{0.5F, -0.25F, -0.25F});
  }
}

TEST_CASE("mean squared error is the mean over the outputs") {
  const std::vector<float> wanted = {0.5F, -1.25F, 1.0F, 2.0F, 1.5F};
  CHECK(squared_error()->sample(outputs.data(), {.values = wanted.data()}, 5, 1, nullptr) == doctest::Approx(1.0));
}

TEST_CASE("the mean absolute error has the slope of its sign, and none where it is 0") {
  const std::vector<float> wanted = {0.5F, -1.25F, 1.0F, 2.0F, 1.5F};
  std::vector<float> gradient(5, -1.0F);
  const auto loss = make_loss({"mean_absolute_error", {}});
  CHECK(loss->sample(outputs.data(), {.values = wanted.data()}, 5, 0.5F, gradient.data()) == doctest::Approx(0.6));
  CHECK(gradient == std::vector<float>{0, 0, 0.1F, -0.1F, 0});
}

TEST_CASE("an unknown loss is an error with the nearest name") {
  CHECK_THROWS_WITH_AS(make_loss({"softmax_cross_entrpy", {}}),
                       "unknown loss \"softmax_cross_entrpy\": expected softmax_cross_entropy, focal, "
                       "binary_cross_entropy, mean_squared_error, mean_absolute_error, huber or own_distance; did "
                       "you mean "
                       "\"softmax_cross_entropy\"?",
                       Error);
}

TEST_CASE("losses and their gradients are those of PyTorch") {
  int seen = 0;
  for (const auto& row : test::peers().at("losses")) {
    CAPTURE(row.at("type").get<std::string>());
    CAPTURE(row.at("keys").dump());
    const auto loss = make_loss(test::peer_spec(row, loss_types(), {}));
    const auto given = row.at("outputs").get<std::vector<float>>();
    const auto targets = row.at("targets").get<std::vector<float>>();
    const int size = static_cast<int>(given.size());
    std::vector<float> gradient(given.size());
    const double value = loss->sample(given.data(), {.values = targets.data()}, size, 1, gradient.data());
    CHECK(value == doctest::Approx(row.at("loss").get<double>()).epsilon(1e-6));
    for (std::size_t i = 0; i < given.size(); ++i) {
      CHECK(std::abs(static_cast<double>(gradient[i]) - row.at("gradient").at(i).get<double>()) < 1e-6);
    }
    ++seen;
  }
  CHECK(seen == 8);
}

TEST_CASE("a loss with a link of its own takes outputs however large") {
  const std::vector<float> large = {1e4F, -1e4F, 0};
  for (const auto* name : {"softmax_cross_entropy", "focal", "binary_cross_entropy"}) {
    CAPTURE(std::string(name));
    const nlohmann::json row = {{"type", name}, {"keys", nlohmann::json::object()}};
    const auto loss = make_loss(test::peer_spec(row, loss_types(), {}));
    for (const int label : {0, 1, 2}) {
      std::vector<float> gradient(3);
      CHECK(std::isfinite(loss->sample(large.data(), {.label = label}, 3, 1, gradient.data())));
      for (const float g : gradient) CHECK(std::isfinite(g));
    }
  }
}
