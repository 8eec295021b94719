// Walks the registry: every layer type has a case here, a reference in double that passes a numeric gradient check,
// float32 kernels that agree with that reference, and documentation.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>

#include "core/random.h"
#include "layers/registry.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"
#include "support/reference.h"

using namespace convoy;
using test::Tensors;
using test::whole;

namespace {

struct LayerCase {
  std::string type;
  test::Given settings;
  std::vector<Shape> inputs;
  test::Reference reference;
};

const std::vector<LayerCase>& layer_cases() {
  static const std::vector<LayerCase> table = {
      {"conv2d",
       {{"filters", whole(5)},
        {"kernel", Integers{3, 2}},
        {"stride", Integers{2, 1}},
        {"padding", std::string("same")}},
       {{7, 5, 3}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 1, .same = true, .filters = 5})},
      {"conv2d",
       {{"filters", whole(13)}, {"dilation", whole(2)}, {"use_bias", false}},
       {{8, 7, 1}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 3, .dilation = 2, .filters = 13, .bias = false})},
      {"dense", {{"units", whole(7)}}, {{127}}, test::dense_reference(7)},
      {"dense", {{"units", whole(33)}}, {{13}}, test::dense_reference(33)},
      {"batch_norm", {}, {{5, 3, 13}}, test::batch_norm_reference(1e-3)},
      {"batch_norm", {{"epsilon", 1e-2}}, {{127}}, test::batch_norm_reference(1e-2)},
      {"group_norm", {{"groups", whole(4)}}, {{5, 3, 12}}, test::group_norm_reference(4, 1e-3)},
      {"group_norm", {{"groups", whole(13)}, {"epsilon", 1e-2}}, {{3, 7, 13}}, test::group_norm_reference(13, 1e-2)},
      {"group_norm", {{"groups", whole(1)}}, {{3, 5, 7}}, test::group_norm_reference(1, 1e-3)},
      {"group_norm", {}, {{96}}, test::group_norm_reference(32, 1e-3)},
      {"layer_norm", {}, {{5, 3, 13}}, test::layer_norm_reference(1e-3)},
      {"layer_norm", {{"epsilon", 1e-2}}, {{127}}, test::layer_norm_reference(1e-2)},
      {"max_pool2d", {{"pool", Integers{2, 3}}}, {{7, 9, 5}}, test::pool_reference(true, {2, 3}, {2, 3}, false)},
      {"max_pool2d",
       {{"pool", whole(3)}, {"stride", whole(2)}, {"padding", std::string("same")}},
       {{6, 5, 13}},
       test::pool_reference(true, {3, 3}, {2, 2}, true)},
      {"avg_pool2d",
       {{"pool", whole(3)}, {"stride", whole(2)}, {"padding", std::string("same")}},
       {{6, 5, 13}},
       test::pool_reference(false, {3, 3}, {2, 2}, true)},
      {"global_avg_pool", {}, {{5, 7, 3}}, test::global_average_reference()},
      {"flatten", {}, {{3, 5, 2}}, test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"dropout",
       {{"rate", 0.0}},
       {{127}},
       test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"noise",
       {{"deviation", 0.0}},
       {{127}},
       test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"add", {}, {{3, 5, 7}, {3, 5, 7}, {3, 5, 7}}, test::add_reference()},
      {"concat", {}, {{3, 5, 2}, {3, 5, 7}}, test::concat_reference()},
      {"activation", {{"function", std::string("gelu")}}, {{3, 5, 7}}, test::activation_reference("gelu")},
      {"relu", {}, {{3, 5, 7}}, test::activation_reference("relu")},
      {"relu6", {}, {{3, 5, 7}}, test::activation_reference("relu6")},
      {"leaky_relu", {}, {{127}}, test::activation_reference("leaky_relu")},
      {"sigmoid", {}, {{127}}, test::activation_reference("sigmoid")},
      {"tanh", {}, {{127}}, test::activation_reference("tanh")},
      {"gelu", {}, {{127}}, test::activation_reference("gelu")},
      {"silu", {}, {{127}}, test::activation_reference("silu")},
      {"softmax", {}, {{3, 13}}, test::softmax_reference()},
  };
  return table;
}

constexpr int batch_size = 5;

/// Values from -1 to 7, in random order, away from 0 and 6 and from each other, where derivatives jump.
std::vector<float> without_kinks(std::size_t count, std::uint32_t stream) {
  Random random(9, Purpose::augmentation, stream);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float x = 7.6F * (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
    values[i] = x < 0.9F ? x - 1.0F : (x < 6.7F ? x - 0.8F : x - 0.6F);
    std::swap(values[i], values[random.below(static_cast<std::uint32_t>(i + 1))]);
  }
  return values;
}

Tensors as_double(const std::vector<std::vector<float>>& values) {
  Tensors tensors;
  for (const auto& v : values) tensors.emplace_back(v.begin(), v.end());
  return tensors;
}

double relative_error(const std::vector<double>& expected, const std::vector<float>& found) {
  REQUIRE(expected.size() == found.size());
  double difference = 0;
  double norm = 1e-30;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += (expected[i] - static_cast<double>(found[i])) * (expected[i] - static_cast<double>(found[i]));
    norm += expected[i] * expected[i];
  }
  return std::sqrt(difference / norm);
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// The reference's own derivatives against central differences of its forward, along a random direction for each
/// tensor.
void check_reference(const test::Reference& reference, const test::Problem& problem,
                     const std::vector<double>& d_output) {
  const test::Gradients gradients = reference.backward(problem, d_output);
  const auto check = [&](Tensors test::Problem::*member, std::size_t which, const std::vector<double>& gradient) {
    Random random(4, Purpose::directions, static_cast<std::uint32_t>(which));
    std::vector<double> direction(gradient.size());
    for (double& d : direction) d = static_cast<double>(random.normal());
    const auto value_at = [&](double h) {
      test::Problem moved = problem;
      for (std::size_t i = 0; i < direction.size(); ++i) (moved.*member)[which][i] += h * direction[i];
      return dot(reference.forward(moved), d_output);
    };
    constexpr double h = 1e-5;
    const double numeric = (value_at(h) - value_at(-h)) / (2 * h);
    const double analytic = dot(gradient, direction);
    const double scale = std::max({std::abs(analytic), std::abs(numeric), 1e-2 * std::sqrt(dot(gradient, gradient))});
    CHECK(std::abs(analytic - numeric) <= 1e-6 * scale);
  };
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) check(&test::Problem::inputs, i, gradients.inputs[i]);
  for (std::size_t i = 0; i < problem.parameters.size(); ++i)
    check(&test::Problem::parameters, i, gradients.parameters[i]);
}

void check_case(const LayerCase& c) {
  const auto layer = layer_type(c.type).make(test::settings_of(c.type, c.settings));
  test::LayerRun run(*layer, c.inputs, batch_size, Mode::train);

  test::Problem problem{.batch = batch_size, .shapes = c.inputs};
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    inputs.push_back(without_kinks(c.inputs[i].size() * batch_size, static_cast<std::uint32_t>(i)));
    run.set_input(static_cast<int>(i), inputs.back());
  }
  problem.inputs = as_double(inputs);
  for (std::size_t i = 0; i < run.declaration().parameters.size(); ++i) {
    const auto& values = run.parameter(static_cast<int>(i));
    problem.parameters.emplace_back(values.begin(), values.end());
  }
  run.forward();
  CHECK(relative_error(c.reference.forward(problem), run.output()) < 1e-5);

  Random random(8, Purpose::augmentation);
  std::vector<float> d_output(run.declaration().output.size() * batch_size);
  for (float& d : d_output) d = random.normal();
  const std::vector<double> d_output_double(d_output.begin(), d_output.end());
  check_reference(c.reference, problem, d_output_double);
  run.backward(d_output);
  const test::Gradients expected = c.reference.backward(problem, d_output_double);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    CHECK(relative_error(expected.inputs[i], run.d_input(static_cast<int>(i))) < 1e-5);
  for (std::size_t i = 0; i < problem.parameters.size(); ++i) {
    CHECK(relative_error(expected.parameters[i], run.gradient(static_cast<int>(i))) < 1e-5);
  }
}

}  // namespace

TEST_CASE("every layer type has a case, and every case a layer type") {
  for (const LayerType& type : layer_types()) {
    INFO(type.schema.name);
    CHECK(std::ranges::find(layer_cases(), type.schema.name, &LayerCase::type) != layer_cases().end());
  }
  for (const LayerCase& c : layer_cases()) CHECK_NOTHROW(layer_type(c.type));
}

TEST_CASE("every layer agrees with its reference in double, whose gradients are those of its values") {
  for (const LayerCase& c : layer_cases()) {
    SUBCASE(c.type.c_str()) {
      INFO(c.type << " on " << c.inputs[0].text());
      check_case(c);
    }
  }
}

TEST_CASE("every layer type is documented, in the registry and in configs/README.md") {
  std::ifstream stream("configs/README.md");
  std::ostringstream readme;
  readme << stream.rdbuf();
  for (const LayerType& type : layer_types()) {
    INFO(type.schema.name);
    CHECK_FALSE(type.schema.doc.empty());
    for (const KeySchema& key : type.schema.keys) {
      INFO(key.name);
      CHECK_FALSE(key.doc.empty());
    }
    CHECK(readme.str().find("`" + type.schema.name + "`") != std::string::npos);
  }
}
