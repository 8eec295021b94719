#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "convoy/extend.h"
#include "optim/optimizer.h"
#include "optim/stepper.h"

using namespace convoy;

namespace {

/// Counts steps in its first memory and keeps the last gradient in its second; subtracts the rate times both.
struct Counting final : OwnOptimizer {
  std::vector<std::string> memory() const override { return {"count", "last"}; }
  void step(std::span<float> parameters, std::span<const float> gradients, std::span<const std::span<float>> memory,
            double learning_rate, std::uint64_t step) const override {
    CHECK(memory.size() == 2);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      memory[0][i] += 1;
      CHECK(memory[0][i] == static_cast<float>(step));
      parameters[i] -= static_cast<float>(learning_rate) * (memory[0][i] + memory[1][i]);
      memory[1][i] = gradients[i];
    }
  }
};

// Before any test reads the table of optimizers.
[[maybe_unused]] const bool own_counting = [] {
  register_optimizer({"own_counting", "Counts.", {}}, [](const Settings&) { return std::make_unique<Counting>(); });
  return true;
}();

}  // namespace

TEST_CASE("a program's optimizer has all its memory, from 0 on") {
  Spec spec{"own_counting", {}};
  spec.settings.set("learning_rate", 1.0);
  std::vector<KeySchema> keys = row_named(spec.type, optimizer_types(), "optimizer").schema.keys;
  for (const KeySchema& key : common_optimizer_keys()) keys.push_back(key);
  spec.settings.complete(keys, "");
  ThreadPool pool(1);
  Stepper stepper(spec, {{0, 2, {.name = "w", .shape = Shape{2}}, true}}, 2, pool);
  CHECK(stepper.slot_names() == std::vector<std::string>{"count", "last"});
  std::vector<float> w = {100, 200};
  for (int i = 0; i < 2; ++i) {
    std::vector<float> g = {10, 20};
    stepper.step(w, g, 1);
  }
  CHECK(w == std::vector<float>{100 - 1 - 2 - 10, 200 - 1 - 2 - 20});
}
