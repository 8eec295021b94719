#include "layers/noise.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/compare.h"
#include "support/layer_run.h"

using namespace convoy;
using test::Floats;

namespace {

Noise noise_of(double mean, double deviation, bool redrawn = false) {
  return {.mean = mean, .deviation = deviation, .redrawn = redrawn};
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

/// Of every `step`-th value from `first` on.
Moments moments(const Floats& values, std::size_t first = 0, std::size_t step = 1) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (std::size_t i = first; i < values.size(); i += step, ++count) {
    sum += double{values[i]};
    squares += double{values[i]} * double{values[i]};
  }
  return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

/// What a training step adds to `channels` zeros a sample.
Floats added(const Noise& given, int channels, int batch, std::uint32_t step = 3) {
  layers::Noise layer(given);
  test::LayerRun run(layer, {{channels}}, batch, Mode::train);
  run.set_input(0, Floats(static_cast<std::size_t>(channels * batch)));
  run.step = step;
  run.forward();
  return run.output();
}

}  // namespace

TEST_CASE("noise has the mean and the deviation that are asked for") {
  const Moments plain = moments(added(noise_of(0, 0.5), 100, 400));
  CHECK(std::abs(plain.mean) < 0.01);
  CHECK(plain.deviation == doctest::Approx(0.5).epsilon(0.02));
  const Moments moved = moments(added(noise_of(2, 0.1), 100, 400));
  CHECK(moved.mean == doctest::Approx(2).epsilon(0.001));
  CHECK(moved.deviation == doctest::Approx(0.1).epsilon(0.02));
}

TEST_CASE("redrawn noise has a distribution of its own for each channel and step") {
  constexpr int channels = 60;
  std::vector<double> means;
  std::vector<double> deviations;
  std::vector<double> next_means;
  for (std::size_t c = 0; c < channels; ++c) {
    const Moments channel = moments(added(noise_of(0.5, 1.25, true), channels, 500), c, channels);
    means.push_back(channel.mean);
    deviations.push_back(channel.deviation);
    next_means.push_back(moments(added(noise_of(0.5, 1.25, true), channels, 500, 4), c, channels).mean);
  }
  const auto spread = [](const std::vector<double>& values) {
    const auto [least, most] = std::ranges::minmax(values);
    return std::pair(least, most);
  };
  CHECK(spread(means).first < -0.4);  // U(-0.5, 0.5) and the error of 500 values
  CHECK(spread(means).first > -0.7);
  CHECK(spread(means).second > 0.4);
  CHECK(spread(means).second < 0.7);
  CHECK(spread(deviations).first < 0.1);  // U(0, 1.25)
  CHECK(spread(deviations).second > 1.1);
  CHECK(spread(deviations).second < 1.4);
  double product = 0;
  for (std::size_t c = 0; c < channels; ++c) product += means[c] * next_means[c] / channels;
  CHECK(std::abs(product) < 0.03);  // of means that stayed it would be 1/12
}

TEST_CASE("what is added is a function of seed, step and sample, and gradients pass") {
  layers::Noise layer(noise_of(0, 1));
  test::LayerRun run(layer, {{500}}, 2, Mode::train);
  run.forward();
  const Floats first = run.output();
  run.forward();
  CHECK(run.output() == first);
  const Floats noise = added(noise_of(0, 1), 500, 2);
  CHECK_FALSE(std::equal(noise.begin(), noise.begin() + 500, noise.begin() + 500));
  CHECK(noise != added(noise_of(0, 1), 500, 2, 4));
  ++run.seed_of_randomness;
  run.forward();
  CHECK(run.output() != first);
  const Floats d_y = test::normal_floats(1000, 7);
  run.backward(d_y);
  CHECK(run.d_input(0) == d_y);
}

TEST_CASE("prediction adds nothing") {
  layers::Noise layer(noise_of(1, 1, true));
  test::LayerRun run(layer, {{50}}, 3, Mode::predict);
  run.forward();
  CHECK(run.output() == run.input(0));
}
