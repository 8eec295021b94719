// Each rule against a plain loop in double, written down from Keras 3's formulas.

#include "optim/optimizer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "convoy/optimizers.h"
#include "optim/stepper.h"
#include "support/compare.h"

using namespace convoy;
using test::normal_floats;

namespace {

constexpr int steps = 5;
constexpr std::size_t size = 37;  // no multiple of any vector

Spec complete(Spec spec) {
  for (const OptimizerType& type : optimizer_types()) {
    if (type.schema.name != spec.type) continue;
    std::vector<KeySchema> keys = type.schema.keys;
    for (const KeySchema& key : common_optimizer_keys()) keys.push_back(key);
    spec.settings.complete(keys, spec.type);
  }
  return spec;
}

/// Five steps through the stepper, with a new gradient each, on one tensor that decays.
std::vector<float> stepped(const Spec& optimizer, double rate, bool decayed = true, int threads = 2) {
  ThreadPool pool(threads);
  Stepper stepper(complete(optimizer), {{0, size, {.name = "w", .shape = Shape{int{size}}, .decayed = decayed}, true}},
                  size, pool);
  std::vector<float> w = normal_floats(size, 0);
  for (std::uint32_t t = 1; t <= steps; ++t) {
    std::vector<float> g = normal_floats(size, t);
    stepper.step(w, g, rate);
  }
  return w;
}

/// The same in double: `rule(w, g, memory, t)` changes one weight with its two numbers of memory.
using Rule = std::function<void(double& w, double g, double (&memory)[2], int t)>;
void check(const std::vector<float>& found, const Rule& rule) {
  const std::vector<float> start = normal_floats(size, 0);
  for (std::size_t i = 0; i < size; ++i) {
    double w = start[i];
    double memory[2] = {0, 0};
    for (int t = 1; t <= steps; ++t) rule(w, normal_floats(size, static_cast<std::uint32_t>(t))[i], memory, t);
    CHECK(static_cast<double>(found[i]) == doctest::Approx(w).epsilon(2e-6));
  }
}

}  // namespace

TEST_CASE("Adam and AdamW") {
  const auto adam = [](double decay) {
    return [decay](double& w, double g, double(&memory)[2], int t) {
      w -= 0.01 * decay * w;
      memory[0] += (g - memory[0]) * 0.1;
      memory[1] += (g * g - memory[1]) * 0.001;
      w -=
          0.01 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * memory[0] / (std::sqrt(memory[1]) + 1e-7);
    };
  };
  check(stepped(Adam{}, 0.01), adam(0));
  check(stepped(AdamW{.weight_decay = 0.5}, 0.01), adam(0.5));
  check(stepped(Adam{.weight_decay = 0.5}, 0.01), adam(0.5));
  check(stepped(AdamW{.weight_decay = 0.5}, 0.01, false), adam(0));  // a bias does not decay
}

TEST_CASE("decay_all lets biases decay") {
  CHECK(stepped(AdamW{.weight_decay = 0.5, .decay_all = true}, 0.01, false) ==
        stepped(AdamW{.weight_decay = 0.5}, 0.01, true));
}

TEST_CASE("SGD, plain, with momentum and with Nesterov's") {
  check(stepped(SGD{}, 0.1), [](double& w, double g, double(&)[2], int) { w -= 0.1 * g; });
  check(stepped(SGD{.momentum = 0.9}, 0.1), [](double& w, double g, double(&v)[2], int) {
    v[0] = 0.9 * v[0] - 0.1 * g;
    w += v[0];
  });
  check(stepped(SGD{.momentum = 0.9, .nesterov = true, .weight_decay = 0.2}, 0.1),
        [](double& w, double g, double(&v)[2], int) {
          w -= 0.1 * 0.2 * w;
          v[0] = 0.9 * v[0] - 0.1 * g;
          w += 0.9 * v[0] - 0.1 * g;
        });
}

TEST_CASE("RMSprop, with and without momentum") {
  const auto rmsprop = [](double momentum) {
    return [momentum](double& w, double g, double(&memory)[2], int) {
      memory[0] = 0.9 * memory[0] + 0.1 * g * g;
      memory[1] = momentum * memory[1] + 0.01 * g / std::sqrt(memory[0] + 1e-7);
      w -= memory[1];
    };
  };
  check(stepped(RMSprop{}, 0.01), rmsprop(0));
  check(stepped(RMSprop{.momentum = 0.8}, 0.01), rmsprop(0.8));
}

TEST_CASE("what Adagrad's sums begin with and its epsilon are added") {
  check(stepped(Adagrad{.start = 0.25, .epsilon = 0.5}, 0.1), [](double& w, double g, double(&sum)[2], int) {
    sum[0] += g * g;
    w -= 0.1 * g / std::sqrt(sum[0] + 0.25 + 0.5);
  });
}

TEST_CASE("a training that is resumed steps as one that was not stopped, with every optimizer") {
  for (const OptimizerType& type : optimizer_types()) {
    CAPTURE(type.schema.name);
    Spec spec{type.schema.name, {}};
    spec.settings.set("learning_rate", 0.01);
    spec = complete(spec);
    ThreadPool pool(1);
    const auto fresh = [&] {
      return std::make_unique<Stepper>(
          spec,
          std::vector<Stepper::Tensor>{{0, size, {.name = "w", .shape = Shape{int{size}}, .decayed = true}, true}},
          size, pool);
    };
    const auto take = [](Stepper& stepper, std::vector<float>& w) {
      std::vector<float> g = normal_floats(size, static_cast<std::uint32_t>(stepper.steps() + 1));
      stepper.step(w, g, 0.01);
    };
    const auto whole = fresh();
    std::vector<float> w = normal_floats(size, 0);
    for (int t = 0; t < steps; ++t) {
      const auto resumed = fresh();  // and takes one step
      std::vector<float> twin = w;
      for (std::size_t i = 0; i < whole->slot_names().size(); ++i) {
        std::ranges::copy(whole->slot(i), resumed->slot(i).begin());
      }
      resumed->restore_steps(whole->steps());
      take(*whole, w);
      take(*resumed, twin);
      CHECK(twin == w);
    }
  }
}

TEST_CASE("frozen tensors stay as they are") {
  ThreadPool pool(1);
  Stepper stepper(complete(AdamW{}), {{0, size, {.name = "w", .shape = Shape{int{size}}, .decayed = true}, false}},
                  size, pool);
  std::vector<float> w = normal_floats(size, 0);
  std::vector<float> g = normal_floats(size, 1);
  stepper.step(w, g, 0.1);
  CHECK(w == normal_floats(size, 0));
}

TEST_CASE("Adam's first step is the learning rate, though 1 - 0.999 is not exact in float") {
  ThreadPool pool(1);
  Stepper stepper(complete(Adam{}), {{0, size, {.name = "w", .shape = Shape{int{size}}}, true}}, size, pool);
  std::vector<float> w(size, 0.0F);
  std::vector<float> g(size, 100.0F);  // so large that epsilon does not count
  stepper.step(w, g, 1e-3);
  for (const float value : w) CHECK(std::abs(double{value} / -1e-3 - 1) < 1e-6);
}

TEST_CASE("each tensor's gradient may be clipped by its own norm") {
  ThreadPool pool(2);
  SGD options{.learning_rate = 1, .clipping = {.clip_tensor_norm = 1}};
  Stepper stepper(complete(options),
                  {{0, 2, {.name = "a", .shape = Shape{2}}, true}, {16, 2, {.name = "b", .shape = Shape{2}}, true}}, 18,
                  pool);
  std::vector<float> w(18, 0.0F);
  std::vector<float> g(18, 0.0F);
  g[0] = 3;
  g[1] = 4;
  g[16] = 0.3F;
  stepper.step(w, g, 1);
  CHECK(w[0] == doctest::Approx(-0.6));
  CHECK(w[1] == doctest::Approx(-0.8));
  CHECK(w[16] == -0.3F);
}

TEST_CASE("Lookahead goes part of the way back every few steps, and remembers through its slot") {
  ThreadPool pool(1);
  SGD options{.lookahead = {.steps = 2, .rate = 0.5}};
  Stepper stepper(complete(options), {{0, 1, {.name = "w", .shape = Shape{1}}, true}}, 1, pool);
  CHECK(stepper.slot_names() == std::vector<std::string>{"slow"});
  std::vector<float> w = {10};
  const auto step = [&] {
    std::vector<float> g = {1};
    stepper.step(w, g, 1);
    return w[0];
  };
  CHECK(step() == 9);
  CHECK(step() == 9);  // 8, and half of the way back to 10
  CHECK(step() == 8);
  CHECK(step() == 8);
  stepper.reset();
  CHECK(step() == 7);
  CHECK(step() == 7);
}
