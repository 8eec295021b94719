#include "layers/batch_norm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"
#include "support/compare.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"
#include "support/reference_batch_norm.h"

namespace convoy::layers {
namespace {

using test::Doubles;
using test::doubles;
using test::Floats;
using test::Given;
using test::LayerRun;
using test::normal_floats;
using test::relative_distance;
using test::text;

convoy::BatchNorm batch_norm_options(const Given& given = {}) { return test::options_of<BatchNorm>(given); }

std::size_t channels_of(const Shape& shape) { return static_cast<std::size_t>(shape.last()); }

/// One training step of the layer against the reference: output, gradients and moving statistics.
void check_training(const Shape& shape, int batch, const Floats& x, const Given& given = {}) {
  CAPTURE(shape.text());
  CAPTURE(batch);
  BatchNorm layer(batch_norm_options(given));
  LayerRun run(layer, {shape}, batch, Mode::train);
  run.set_input(0, x);
  const test::ReferenceBatchNorm reference{channels_of(shape), 1e-3};
  const auto moments = reference.moments(doubles(x));
  const Doubles gamma = doubles(run.parameter(0));
  const Doubles beta = doubles(run.parameter(1));
  Doubles moving_mean = doubles(run.state(0));
  Doubles moving_variance = doubles(run.state(1));
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    moving_mean[c] = 0.99 * moving_mean[c] + 0.01 * moments.mean[c];
    moving_variance[c] = 0.99 * moving_variance[c] + 0.01 * moments.variance[c];
  }
  const Floats d_y = normal_floats(x.size(), 21);
  const auto want = reference.backward(doubles(d_y), doubles(x), gamma);

  run.forward();
  CHECK(relative_distance(run.output(), reference.forward(doubles(x), moments, gamma, beta)) < 1e-5);
  CHECK(relative_distance(run.state(0), moving_mean) < 1e-6);
  CHECK(relative_distance(run.state(1), moving_variance) < 1e-6);
  run.backward(d_y);
  CHECK(relative_distance(run.d_input(0), want.x) < 1e-5);
  CHECK(relative_distance(run.gradient(0), want.gamma) < 1e-5);
  CHECK(relative_distance(run.gradient(1), want.beta) < 1e-5);
}

TEST_CASE("batch norm trains as the reference says, for images and for features") {
  for (const int batch : {2, 5, 32}) {
    for (const Shape& shape : {Shape{1}, Shape{13}, Shape{127}, Shape{9, 13, 1}, Shape{5, 7, 3}, Shape{3, 5, 13},
                               Shape{6, 6, 32}, Shape{2, 3, 100}, Shape{1, 1, 127}}) {
      if (batch == 2 && shape.size() == channels_of(shape)) continue;  // the next case
      check_training(shape, batch, normal_floats(shape.size() * static_cast<std::size_t>(batch), 1, 0.5F));
    }
  }
}

TEST_CASE("a batch of one image trains, and so do two feature vectors") {
  check_training({9, 11, 13}, 1, normal_floats(1287, 2));
  // Two values a channel normalise to almost +-1 whatever they are, so dx is nearly 0 and only its size can be checked.
  BatchNorm layer(batch_norm_options());
  LayerRun run(layer, {{2}}, 2, Mode::train);
  run.set_input(0, Floats{1, 10, 3, 20});
  run.parameter(0) = {1, 2};
  run.parameter(1) = {0, 5};
  run.forward();
  const Floats y = run.output();
  const double first = 1 / std::sqrt(1.001);
  const double second = 2 * 5 / std::sqrt(25.001);
  CHECK(relative_distance(y, Doubles{-first, 5 - second, first, 5 + second}) < 1e-6);
  run.backward(Floats{1, 1, 0, 0});
  for (const float d : run.d_input(0)) CHECK(std::abs(d) < 1e-3);
}

TEST_CASE("a mean of 1e4 beside a deviation of 1e-2 does not cancel") {
  for (const int channels : {1, 13, 32}) {
    const Shape shape{6, 7, channels};
    check_training(shape, 5, normal_floats(shape.size() * 5, 3, 1e4F, 1e-2F));
    check_training({channels}, 32, normal_floats(static_cast<std::size_t>(channels) * 32, 4, 1e4F, 1e-2F));
  }
}

TEST_CASE("samples far from each other merge exactly") {
  Floats x = normal_floats(525, 5);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t sample = i / 105;
    x[i] += 1000.0F * static_cast<float>(sample);
  }
  check_training({5, 7, 3}, 5, x);
}

TEST_CASE("a constant channel gives beta") {
  BatchNorm layer(batch_norm_options());
  LayerRun run(layer, {{4, 4, 2}}, 3, Mode::train);
  Floats x = normal_floats(96, 6);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 0.1F;
  run.set_input(0, x);
  run.forward();
  const Floats y = run.output();
  for (std::size_t i = 0; i < y.size(); i += 2) CHECK(y[i] == doctest::Approx(run.parameter(1)[0]).epsilon(1e-6));
  run.backward(normal_floats(96, 7));
  for (const float d : run.d_input(0)) CHECK(std::isfinite(d));
}

TEST_CASE("the order in which samples are visited changes no bit") {
  const auto train = [](bool reversed) {
    BatchNorm layer(batch_norm_options());
    LayerRun run(layer, {{5, 7, 13}}, 5, Mode::train);
    run.reversed = reversed;
    run.forward();
    run.backward(normal_floats(2275, 8));
    return std::vector<Floats>{run.output(),    run.d_input(0), run.gradient(0),
                               run.gradient(1), run.state(0),   run.state(1)};
  };
  CHECK(train(false) == train(true));
}

/// What y and dx must be with the moving statistics, in double.
void check_moving(LayerRun& run, const Floats& d_y) {
  const std::size_t channels = run.state(0).size();
  const test::ReferenceBatchNorm reference{channels, 1e-3};
  const Doubles gamma = doubles(run.parameter(0));
  const Doubles variance = doubles(run.state(1));
  run.forward();
  const Doubles want =
      reference.forward(doubles(run.input(0)), {doubles(run.state(0)), variance, 1}, gamma, doubles(run.parameter(1)));
  CHECK(relative_distance(run.output(), want) < 1e-6);
  if (d_y.empty()) return;
  run.backward(d_y);
  Doubles dx = doubles(d_y);
  for (std::size_t i = 0; i < dx.size(); ++i) dx[i] *= gamma[i % channels] / std::sqrt(variance[i % channels] + 1e-3);
  CHECK(relative_distance(run.d_input(0), dx) < 1e-6);
}

TEST_CASE("prediction uses the moving statistics, also for a single feature vector") {
  for (const Shape& shape : {Shape{13}, Shape{5, 7, 13}, Shape{3, 3, 1}}) {
    BatchNorm layer(batch_norm_options());
    LayerRun run(layer, {shape}, 1, Mode::predict);
    check_moving(run, {});
  }
}

TEST_CASE("a frozen layer uses the moving statistics in training and leaves every byte of them") {
  BatchNorm layer(batch_norm_options());
  LayerRun run(layer, {{5, 7, 13}}, 5, Mode::train, false);
  const Floats mean = run.state(0);
  const Floats variance = run.state(1);
  check_moving(run, normal_floats(2275, 9));
  CHECK(std::memcmp(mean.data(), run.state(0).data(), mean.size() * sizeof(float)) == 0);
  CHECK(std::memcmp(variance.data(), run.state(1).data(), variance.size() * sizeof(float)) == 0);
  CHECK(run.gradient(0) == Floats(13));
  CHECK(run.gradient(1) == Floats(13));
}

/// The moving variance after one step from 1 on the values 1..4, of variance 1.25 or, unbiased, 5/3.
float moved_variance(const Given& given) {
  BatchNorm layer(batch_norm_options(given));
  LayerRun run(layer, {{1}}, 4, Mode::train);
  run.set_input(0, Floats{1, 2, 3, 4});
  run.state(1) = {1};
  run.forward();
  return run.state(1)[0];
}

TEST_CASE("the moving variance averages the biased or the unbiased variance") {
  CHECK(moved_variance({}) == doctest::Approx(0.99 + 0.0125));
  CHECK(moved_variance({{"moving_variance", text("unbiased")}}) == doctest::Approx(0.99 + 0.05 / 3));
  CHECK(moved_variance({{"momentum", 0.5}}) == doctest::Approx(0.5 + 0.625));
}

TEST_CASE("a preset fills in the keys that are not given") {
  CHECK(moved_variance({{"preset", text("keras")}}) == doctest::Approx(0.99 + 0.0125));
  CHECK(moved_variance({{"preset", text("torch")}}) == doctest::Approx(0.9 + 0.5 / 3));
  CHECK(moved_variance({{"preset", text("torch")}, {"momentum", 0.99}}) == doctest::Approx(0.99 + 0.05 / 3));
  CHECK(moved_variance({{"preset", text("torch")}, {"moving_variance", text("biased")}}) ==
        doctest::Approx(0.9 + 0.125));
  const auto first = [](const Given& given) {
    BatchNorm layer(batch_norm_options(given));
    LayerRun run(layer, {{1}}, 2, Mode::train);
    run.set_input(0, Floats{-1e-2F, 1e-2F});
    run.parameter(0) = {1};
    run.parameter(1) = {0};
    run.forward();
    return run.output()[0];
  };
  CHECK(first({{"preset", text("torch")}}) == doctest::Approx(-1e-2 / std::sqrt(1e-4 + 1e-5)));
  CHECK(first({{"preset", text("torch")}, {"epsilon", 1e-3}}) == doctest::Approx(-1e-2 / std::sqrt(1e-4 + 1e-3)));
}

TEST_CASE("center and scale say which parameters there are") {
  for (const bool center : {false, true}) {
    for (const bool scale : {false, true}) {
      BatchNorm layer(batch_norm_options({{"center", center}, {"scale", scale}}));
      LayerRun run(layer, {{3, 4, 5}}, 2, Mode::train);
      std::vector<std::string> names;
      for (const auto& parameter : run.declaration().parameters) {
        CHECK(parameter.shape == Shape{5});
        CHECK_FALSE(parameter.decayed);
        names.push_back(parameter.name);
      }
      std::vector<std::string> want;
      if (scale) want.emplace_back("gamma");
      if (center) want.emplace_back("beta");
      CHECK(names == want);

      const test::ReferenceBatchNorm reference{5, 1e-3};
      const Doubles x = doubles(run.input(0));
      const Doubles gamma = scale ? doubles(run.parameter(0)) : Doubles(5, 1.0);
      const Doubles beta = center ? doubles(run.parameter(scale ? 1 : 0)) : Doubles(5, 0.0);
      const Floats d_y = normal_floats(x.size(), 10);
      const auto gradients = reference.backward(doubles(d_y), x, gamma);
      run.forward();
      run.backward(d_y);
      CHECK(relative_distance(run.output(), reference.forward(x, reference.moments(x), gamma, beta)) < 1e-5);
      CHECK(relative_distance(run.d_input(0), gradients.x) < 1e-5);
      if (scale) CHECK(relative_distance(run.gradient(0), gradients.gamma) < 1e-5);
      if (center) CHECK(relative_distance(run.gradient(scale ? 1 : 0), gradients.beta) < 1e-5);
    }
  }
}

/// The documents' worked examples: x with the given gamma and beta, one column of numbers a channel.
Floats normalised(const Floats& x, int channels, float gamma, float beta) {
  BatchNorm layer(batch_norm_options({{"epsilon", 1e-12}, {"momentum", 0.0}}));
  LayerRun run(layer, {{channels}}, static_cast<int>(x.size()) / channels, Mode::train);
  run.set_input(0, x);
  for (float& value : run.parameter(0)) value = gamma;
  for (float& value : run.parameter(1)) value = beta;
  run.forward();
  if (channels == 3) {  // with momentum 0 the moving statistics are the batch's
    CHECK(relative_distance(run.state(0), Doubles{50.5, 101, 151.5}) < 1e-7);
    CHECK(relative_distance(run.state(1), Doubles{833.25, 3333, 7499.25}) < 1e-7);
  }
  return run.output();
}

TEST_CASE("worked example: 1..100, 2..200 and 3..300") {
  Floats x;
  for (int i = 1; i <= 100; ++i) {
    for (int multiple = 1; multiple <= 3; ++multiple) x.push_back(static_cast<float>(i * multiple));
  }
  const Floats plain = normalised(x, 3, 1, 0);
  const Floats scaled = normalised(x, 3, 2, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(plain[c] == doctest::Approx(-1.7148).epsilon(5e-5));
    CHECK(plain[297 + c] == doctest::Approx(1.7148).epsilon(5e-5));
    CHECK(scaled[c] == doctest::Approx(-0.4296).epsilon(2e-4));
    CHECK(scaled[297 + c] == doctest::Approx(6.4296).epsilon(5e-5));
  }
}

TEST_CASE("worked example: {1,2,3} and {2,4,6}") {
  const Floats x = {1, 2, 2, 4, 3, 6};
  CHECK(relative_distance(normalised(x, 2, 1, 0), Doubles{-1.2247, -1.2247, 0, 0, 1.2247, 1.2247}) < 5e-5);
  CHECK(relative_distance(normalised(x, 2, 2, 1), Doubles{-1.4495, -1.4495, 1, 1, 3.4495, 3.4495}) < 5e-5);
}

TEST_CASE("moments and gradients are merged as a balanced tree over groups of samples") {
  BatchNorm layer(batch_norm_options({{"momentum", 0.0}}));
  LayerRun run(layer, {{1}}, 4, Mode::train);  // in 4 groups
  run.set_input(0, Floats{1e17F, 1, -1e17F, 1});
  run.forward();
  CHECK(run.state(0)[0] == 0);  // merged one after the other: 1/4
  run.backward(Floats{1e17F, 1, -1e17F, 1});
  CHECK(run.gradient(1)[0] == 0);  // one after the other: 1
}

TEST_CASE("training on one value per channel is an error by name, and moves nothing") {
  for (const Shape& shape : {Shape{10}, Shape{1, 1, 10}}) {
    BatchNorm layer(batch_norm_options());
    LayerRun run(layer, {shape}, 1, Mode::train);
    const Floats before = run.state(0);
    std::string message;
    try {
      run.forward();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      message = error.what();
    }
    CHECK(message.find("more than one value per channel") != std::string::npos);
    CHECK(message.find(shape.text()) != std::string::npos);
    CHECK(run.state(0) == before);
  }
}

TEST_CASE("batch norm takes one input, and its settings have ranges") {
  BatchNorm layer(batch_norm_options());
  const std::vector<Shape> two = {Shape{3}, Shape{3}};
  CHECK_THROWS_AS(layer.setup(two), Error);
  CHECK_THROWS_AS(batch_norm_options({{"momentum", 1.5}}), Error);
  CHECK_THROWS_AS(batch_norm_options({{"epsilon", 0.0}}), Error);
  CHECK_THROWS_AS(batch_norm_options({{"preset", text("caffe")}}), Error);
}

}  // namespace
}  // namespace convoy::layers
