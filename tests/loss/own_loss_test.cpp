#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "convoy/extend.h"
#include "loss/loss.h"

using namespace convoy;

namespace {

/// The sum of output - 2 target.
struct Distance final : OwnLoss {
  double sample(std::span<const float> output, std::span<const float> target,
                std::span<float> gradient) const override {
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i] - 2 * target[i]);
    for (float& value : gradient) value = static_cast<float>(gradient.size());
    return sum;
  }
};

// Before any test reads the table of losses.
[[maybe_unused]] const bool own_distance = [] {
  register_loss({"own_distance", "A distance.", {}}, [](const Settings&) { return std::make_unique<Distance>(); });
  return true;
}();

}  // namespace

TEST_CASE("a program's loss gets labels as one-hot rows, and its gradient is scaled") {
  const auto loss = make_loss({"own_distance", {}});
  const std::vector<float> output = {1, 2, 4};
  const std::vector<float> target = {0.5F, 0, 0.25F};
  std::vector<float> gradient(3);
  CHECK(loss->sample(output.data(), {.label = 1}, 3, 1, nullptr) == 5);
  CHECK(loss->sample(output.data(), {.values = target.data()}, 3, 0.5F, gradient.data()) == 5.5);
  CHECK(gradient == std::vector<float>(3, 1.5F));
  CHECK(loss->sample(output.data(), {.label = 0}, 3, 2, gradient.data()) == 5);
  CHECK(gradient == std::vector<float>(3, 6.0F));
}
