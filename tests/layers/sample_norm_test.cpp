// Group and layer normalisation.

#include "layers/sample_norm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"
#include "layers/registry.h"
#include "support/compare.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"
#include "support/reference.h"

using namespace convoy;
using test::doubles;
using test::Floats;
using test::Given;
using test::LayerRun;
using test::normal_floats;
using test::relative_distance;

namespace {

std::unique_ptr<Layer> make(const std::string& type, const Given& given = {}) {
  return layer_type(type).make(test::settings_of(type, given));
}

Given groups(int count) { return {{"groups", std::int64_t{count}}}; }

/// Forward and backward against the reference in double.
void check_sample_norm(const std::string& type, const Given& given, const test::Reference& reference,
                       const Shape& shape, const Floats& x, double tolerance = 1e-5) {
  CAPTURE(type);
  CAPTURE(shape.text());
  const int batch = static_cast<int>(x.size() / shape.size());
  const auto layer = make(type, given);
  LayerRun run(*layer, {shape}, batch, Mode::train);
  run.set_input(0, x);
  const test::Problem problem{.batch = batch,
                              .shapes = {shape},
                              .inputs = {doubles(x)},
                              .parameters = {doubles(run.parameter(0)), doubles(run.parameter(1))}};
  const Floats d_y = normal_floats(x.size(), 21);
  run.forward();
  run.backward(d_y);
  const test::Gradients want = reference.backward(problem, doubles(d_y));
  CHECK(relative_distance(run.output(), reference.forward(problem)) < tolerance);
  CHECK(relative_distance(run.d_input(0), want.inputs[0]) < tolerance);
  CHECK(relative_distance(run.gradient(0), want.parameters[0]) < tolerance);
  CHECK(relative_distance(run.gradient(1), want.parameters[1]) < tolerance);
}

Floats values(const Shape& shape, int batch, float mean = 0.5F, float deviation = 1) {
  return normal_floats(shape.size() * static_cast<std::size_t>(batch), 1, mean, deviation);
}

/// Every kind at sizes that fit.
template <class Visit>
void for_each_kind(const Visit& visit) {
  visit("group_norm", groups(4), test::group_norm_reference(4, 1e-3));
  visit("group_norm", groups(1), test::group_norm_reference(1, 1e-3));
  visit("layer_norm", Given{}, test::layer_norm_reference(1e-3));
}

}  // namespace

TEST_CASE("group and layer norm train as the reference says, for images and for features, also with a batch of one") {
  for_each_kind([](const std::string& type, const Given& given, const test::Reference& reference) {
    for (const int batch : {1, 5}) {
      for (const Shape& shape : {Shape{4}, Shape{12}, Shape{128}, Shape{5, 7, 4}, Shape{9, 3, 20}, Shape{6, 6, 64},
                                 Shape{1, 1, 100}, Shape{30, 2, 12}}) {
        if (shape == Shape{4} && type == "group_norm") continue;  // one value a group: the next case
        check_sample_norm(type, given, reference, shape, values(shape, batch));
      }
    }
  });
}

TEST_CASE("a group of one value gives beta, and no gradient") {
  const auto layer = make("group_norm", groups(4));
  LayerRun run(*layer, {{4}}, 3, Mode::train);
  run.forward();
  const Floats y = run.output();
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == run.parameter(1)[i % 4]);
  run.backward(normal_floats(12, 3));
  for (const float d : run.d_input(0)) CHECK(std::abs(d) < 1e-4);
}

TEST_CASE("a mean of 1e4 beside a deviation of 1e-2 does not cancel") {
  for_each_kind([](const std::string& type, const Given& given, const test::Reference& reference) {
    for (const Shape& shape : {Shape{128}, Shape{6, 7, 12}, Shape{3, 3, 64}}) {
      check_sample_norm(type, given, reference, shape, values(shape, 3, 1e4F, 1e-2F));
    }
  });
}

TEST_CASE("channels far from each other make one group exactly") {
  const Shape shape{5, 7, 12};
  Floats x = values(shape, 3, 0, 1e-1F);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += 100 * static_cast<float>(i % 12);
  check_sample_norm("group_norm", groups(4), test::group_norm_reference(4, 1e-3), shape, x);
}

TEST_CASE("samples do not see each other: a sample's output is the same in any batch, in training and in prediction") {
  for (const std::string type : {"group_norm", "layer_norm"}) {
    const auto one = make(type, type == "group_norm" ? groups(3) : Given{});
    const auto many = make(type, type == "group_norm" ? groups(3) : Given{});
    LayerRun alone(*one, {{4, 5, 6}}, 1, Mode::predict);
    LayerRun together(*many, {{4, 5, 6}}, 3, Mode::train);
    Floats x = together.input(0);
    alone.set_input(0, Floats(x.begin() + 120, x.begin() + 240));
    alone.parameter(0) = together.parameter(0);
    alone.parameter(1) = together.parameter(1);
    alone.forward();
    together.forward();
    const Floats y = together.output();
    CHECK(alone.output() == Floats(y.begin() + 120, y.begin() + 240));
  }
}

TEST_CASE("a layer norm of a feature vector is a group norm with one group") {
  const auto group = make("group_norm", groups(1));
  const auto layer = make("layer_norm");
  LayerRun a(*group, {{127}}, 4, Mode::train);
  LayerRun b(*layer, {{127}}, 4, Mode::train);
  a.forward();
  b.forward();
  CHECK(relative_distance(a.output(), doubles(b.output())) < 1e-6);
}

TEST_CASE("center and scale say which parameters there are, and a frozen layer's stay") {
  for (const std::string type : {"group_norm", "layer_norm"}) {
    for (const bool center : {false, true}) {
      for (const bool scale : {false, true}) {
        Given given = type == "group_norm" ? groups(2) : Given{};
        given.emplace_back("center", center);
        given.emplace_back("scale", scale);
        const auto layer = make(type, given);
        LayerRun run(*layer, {{3, 2, 4}}, 5, Mode::train);
        REQUIRE(run.declaration().parameters.size() == std::size_t{center} + std::size_t{scale});
        test::Problem problem{.batch = 5, .shapes = {{3, 2, 4}}, .inputs = {doubles(run.input(0))}};
        problem.parameters = {scale ? doubles(run.parameter(0)) : std::vector<double>(4, 1.0),
                              center ? doubles(run.parameter(scale ? 1 : 0)) : std::vector<double>(4, 0.0)};
        const auto reference =
            type == "group_norm" ? test::group_norm_reference(2, 1e-3) : test::layer_norm_reference(1e-3);
        const Floats d_y = normal_floats(120, 10);
        const test::Gradients want = reference.backward(problem, doubles(d_y));
        run.forward();
        run.backward(d_y);
        CHECK(relative_distance(run.output(), reference.forward(problem)) < 1e-5);
        CHECK(relative_distance(run.d_input(0), want.inputs[0]) < 1e-5);
        if (scale) CHECK(relative_distance(run.gradient(0), want.parameters[0]) < 1e-5);
        if (center) CHECK(relative_distance(run.gradient(scale ? 1 : 0), want.parameters[1]) < 1e-5);
      }
    }
    const auto frozen = make(type, type == "group_norm" ? groups(2) : Given{});
    LayerRun run(*frozen, {{3, 2, 4}}, 5, Mode::train, false);
    run.forward();
    run.backward(normal_floats(120, 11));
    CHECK(std::isfinite(run.d_input(0)[0]));
    CHECK(run.gradient(0) == Floats(4));
    CHECK(run.gradient(1) == Floats(4));
  }
}

TEST_CASE("the settings of group and layer norm have ranges") {
  CHECK_THROWS_AS(make("group_norm", groups(0)), Error);
  CHECK_THROWS_AS(make("group_norm", {{"epsilon", 0.0}}), Error);
  CHECK_THROWS_AS(make("layer_norm", {{"epsilon", -1.0}}), Error);
  CHECK_THROWS_AS(make("layer_norm", groups(2)), Error);
}
