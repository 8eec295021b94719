#include "layers/dense.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"
#include "support/compare.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"
#include "support/reference_dense.h"

namespace convoy::layers {
namespace {

using test::Doubles;
using test::doubles;
using test::Floats;
using test::Given;
using test::LayerRun;
using test::normal_floats;
using test::relative_distance;

std::size_t size_of(int count) { return static_cast<std::size_t>(count); }

convoy::Dense dense_options(int units, Given given = {}) {
  given.emplace_back("units", test::whole(units));
  return test::options_of<Dense>(given);
}

/// Forward and backward of one batch against the reference.
void check_dense(int inputs, int units, int batch, bool use_bias) {
  CAPTURE(inputs);
  CAPTURE(units);
  CAPTURE(batch);
  Dense layer(dense_options(units, {{"use_bias", use_bias}}));
  LayerRun run(layer, {{inputs}}, batch, Mode::train);
  const test::ReferenceDense reference{size_of(batch), size_of(inputs), size_of(units)};
  const Doubles x = doubles(run.input(0));
  const Doubles kernel = doubles(run.parameter(0));
  const Doubles bias = use_bias ? doubles(run.parameter(1)) : Doubles{};
  const Floats d_y = normal_floats(size_of(batch) * size_of(units), 1);
  const auto want = reference.backward(doubles(d_y), x, kernel);
  run.forward();
  run.backward(d_y);
  CHECK(relative_distance(run.output(), reference.forward(x, kernel, bias)) < 1e-5);
  CHECK(relative_distance(run.d_input(0), want.x) < 1e-5);
  CHECK(relative_distance(run.gradient(0), want.kernel) < 1e-5);
  if (use_bias) CHECK(relative_distance(run.gradient(1), want.bias) < 1e-5);
}

TEST_CASE("dense agrees with the reference for few and for many units") {
  for (const int batch : {1, 2, 5, 32}) {
    for (const int inputs : {1, 13, 127, 1000}) {
      for (const int units : {1, 10, 16, 17, 127}) check_dense(inputs, units, batch, inputs != 13);
    }
  }
}

TEST_CASE("dense agrees with the reference when every part of the inputs is long") {
  check_dense(5003, 10, 5, true);
  check_dense(5003, 33, 5, true);
}

std::vector<Floats> train(int inputs, int units, bool reversed) {
  Dense layer(dense_options(units));
  LayerRun run(layer, {{inputs}}, 5, Mode::train);
  run.reversed = reversed;
  run.forward();
  run.backward(normal_floats(5 * size_of(units), 2));
  return {run.output(), run.d_input(0), run.gradient(0), run.gradient(1)};
}

TEST_CASE("the order in which parts and samples are visited changes no bit") {
  for (const int units : {10, 130}) CHECK(train(1300, units, false) == train(1300, units, true));
}

TEST_CASE("with few units a sample's output does not depend on its batch") {
  const Floats x = normal_floats(9100, 3);
  const auto predict = [&](int first, int batch) {
    Dense layer(dense_options(10));
    LayerRun run(layer, {{1300}}, batch, Mode::predict);
    std::ranges::copy(normal_floats(13000, 5), run.parameter(0).begin());
    std::ranges::copy(normal_floats(10, 6), run.parameter(1).begin());
    run.set_input(0, std::span(x).subspan(size_of(first) * 1300, size_of(batch) * 1300));
    run.forward();
    return run.output();
  };
  const Floats together = predict(0, 7);
  for (int n = 0; n < 7; ++n) {
    const Floats alone = predict(n, 1);
    CHECK(std::equal(alone.begin(), alone.end(), together.begin() + std::ptrdiff_t{n} * 10));
  }
}

TEST_CASE("a frozen dense layer passes the gradient on and keeps none") {
  for (const int units : {10, 40}) {
    Dense layer(dense_options(units));
    LayerRun run(layer, {{300}}, 3, Mode::train, false);
    const test::ReferenceDense reference{3, 300, size_of(units)};
    const Floats d_y = normal_floats(3 * size_of(units), 4);
    run.forward();
    run.backward(d_y);
    const auto want = reference.backward(doubles(d_y), doubles(run.input(0)), doubles(run.parameter(0)));
    CHECK(relative_distance(run.d_input(0), want.x) < 1e-5);
    CHECK(run.gradient(0) == Floats(run.parameter(0).size()));
    CHECK(run.gradient(1) == Floats(run.parameter(1).size()));
  }
}

TEST_CASE("dense declares its parameters as Keras does") {
  Dense layer(dense_options(10, {{"kernel_regularizer.l1", 0.1},
                                 {"kernel_regularizer.l2", 0.2},
                                 {"max_norm", 3.0},
                                 {"kernel_initializer", std::string("he_normal")}}));
  const std::vector<Shape> input = {Shape{36864}};
  const Declaration declaration = layer.setup(input);
  CHECK(declaration.output == Shape{10});
  CHECK(declaration.macs == 368640);
  REQUIRE(declaration.parameters.size() == 2);
  const ParameterDeclaration& kernel = declaration.parameters[0];
  CHECK(kernel.name == "kernel");
  CHECK(kernel.shape == Shape{36864, 10});
  CHECK(kernel.initializer == "he_normal");
  CHECK(kernel.fan_in == 36864);
  CHECK(kernel.fan_out == 10);
  CHECK(kernel.decayed);
  CHECK(kernel.l1 == 0.1);
  CHECK(kernel.l2 == 0.2);
  CHECK(kernel.max_norm == 3);
  const ParameterDeclaration& bias = declaration.parameters[1];
  CHECK(bias.name == "bias");
  CHECK(bias.shape == Shape{10});
  CHECK(bias.initializer == "zeros");
  CHECK_FALSE(bias.decayed);
  CHECK(bias.l2 == 0);
}

TEST_CASE("an image is an error that names flatten") {
  Dense layer(dense_options(10));
  const std::vector<Shape> image = {Shape{24, 24, 64}};
  std::string message;
  try {
    layer.setup(image);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    message = error.what();
  }
  CHECK(message.find("24x24x64") != std::string::npos);
  CHECK(message.find("flatten") != std::string::npos);
  CHECK_THROWS_AS(dense_options(0), Error);
  Settings without_units;
  CHECK_THROWS_AS(without_units.complete(Dense::described().fields.keys(), "dense"), Error);
}

}  // namespace
}  // namespace convoy::layers
