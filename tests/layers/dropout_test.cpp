#include "layers/dropout.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/layer_run.h"

using namespace convoy;

namespace {

Dropout rate(double value) { return {.rate = value}; }

}  // namespace

TEST_CASE("dropout drops its share, scales the rest, and passes gradients where it passed values") {
  layers::Dropout layer(rate(0.3));
  test::LayerRun run(layer, {{1000}}, 20, Mode::train);
  run.set_input(0, std::vector<float>(20000, 1.0F));
  run.forward();
  const auto output = run.output();
  const auto dropped = std::count(output.begin(), output.end(), 0.0F);
  CHECK(std::abs(static_cast<double>(dropped) / 20000 - 0.3) < 0.02);
  for (const float y : output) CHECK((y == 0.0F || y == doctest::Approx(1 / 0.7)));
  run.backward(std::vector<float>(20000, 1.0F));
  CHECK(run.d_input(0) == output);
}

TEST_CASE("what is dropped is a function of seed, step and sample") {
  layers::Dropout layer(rate(0.5));
  test::LayerRun run(layer, {{500}}, 2, Mode::train);
  run.set_input(0, std::vector<float>(1000, 1.0F));
  run.forward();
  const auto first = run.output();
  run.forward();
  CHECK(run.output() == first);
  CHECK_FALSE(std::equal(first.begin(), first.begin() + 500, first.begin() + 500));
  ++run.step;
  run.forward();
  CHECK(run.output() != first);
  --run.step;
  ++run.seed_of_randomness;
  run.forward();
  CHECK(run.output() != first);
}

TEST_CASE("prediction passes everything on") {
  layers::Dropout layer(rate(0.5));
  test::LayerRun run(layer, {{50}}, 3, Mode::predict);
  run.forward();
  CHECK(run.output() == run.input(0));
}
