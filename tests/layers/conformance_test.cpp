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
      {"conv2d",
       {{"filters", whole(18)}, {"kernel", whole(3)}, {"stride", whole(2)}, {"padding", Integers{2, 0, 1, 3}}},
       {{8, 7, 17}},
       test::conv_reference(
           {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .filters = 18, .sides = {2, 0, 1, 3}})},
      {"conv2d",
       {{"filters", whole(18)}, {"kernel", whole(3)}, {"padding", Integers{1, 2, 0, 1}}},
       {{8, 7, 17}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 3, .filters = 18, .sides = {1, 2, 0, 1}})},
      {"conv2d",
       {{"filters", whole(18)}, {"kernel", whole(3)}, {"padding", Integers{4, 5}}},
       {{8, 7, 17}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 3, .filters = 18, .sides = {4, 5}})},
      {"conv2d",
       {{"filters", whole(3)}, {"kernel", whole(3)}, {"dilation", whole(2)}, {"padding", whole(6)}},
       {{5, 4, 2}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 3, .dilation = 2, .filters = 3, .sides = 6})},
      {"conv2d",
       {{"filters", whole(12)}, {"kernel", whole(3)}, {"groups", whole(3)}, {"padding", whole(1)}},
       {{5, 7, 6}},
       test::conv_reference({.kernel_h = 3, .kernel_w = 3, .filters = 12, .sides = 1, .groups = 3})},
      {"conv2d",
       {{"filters", whole(4)},
        {"kernel", whole(2)},
        {"groups", whole(2)},
        {"stride", whole(2)},
        {"engine", std::string("blas")}},
       {{5, 7, 34}},
       test::conv_reference({.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .filters = 4, .groups = 2})},
      {"depthwise_conv2d",
       {{"padding", std::string("same")}},
       {{6, 21, 37}},
       test::depthwise_reference({.kernel_h = 3, .kernel_w = 3, .same = true}, 1)},
      {"depthwise_conv2d",
       {{"kernel", Integers{5, 4}}, {"stride", Integers{2, 1}}, {"padding", Integers{3, 1, 6, 2}}, {"use_bias", false}},
       {{9, 7, 16}},
       test::depthwise_reference({.kernel_h = 5, .kernel_w = 4, .stride_h = 2, .bias = false, .sides = {3, 1, 6, 2}},
                                 1)},
      {"depthwise_conv2d",
       {{"kernel", Integers{2, 3}}, {"dilation", whole(2)}, {"depth_multiplier", whole(3)}},
       {{6, 7, 5}},
       test::depthwise_reference({.kernel_h = 2, .kernel_w = 3, .dilation = 2}, 3)},
      {"separable_conv2d",
       {{"filters", whole(7)}, {"stride", whole(2)}, {"padding", std::string("same")}, {"depth_multiplier", whole(2)}},
       {{6, 7, 5}},
       test::separable_reference(
           {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .same = true, .filters = 7}, 2)},
      {"conv2d_transpose",
       {{"filters", whole(7)}, {"stride", whole(2)}, {"padding", std::string("same")}},
       {{4, 5, 3}},
       test::transposed_reference({.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .same = true},
                                  {8, 10, 7})},
      {"conv2d_transpose",
       {{"filters", whole(2)}, {"kernel", whole(2)}, {"stride", whole(3)}},
       {{4, 5, 17}},
       test::transposed_reference({.kernel_h = 2, .kernel_w = 2, .stride_h = 3, .stride_w = 3}, {12, 15, 2})},
      {"conv2d_transpose",
       {{"filters", whole(19)}, {"padding", whole(1)}, {"stride", Integers{2, 1}}, {"output_padding", Integers{1, 0}}},
       {{4, 5, 18}},
       test::transposed_reference({.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .sides = 1}, {8, 5, 19})},
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
      {"avg_pool2d",
       {{"pool", whole(3)},
        {"stride", whole(2)},
        {"padding", Integers{1, 2, 0, 1}},
        {"ceil_mode", true},
        {"count_padding", true}},
       {{6, 7, 5}},
       test::pool_reference(false,
                            {.pool = 3, .stride = 2, .sides = {1, 2, 0, 1}, .ceil_mode = true, .count_padding = true})},
      {"max_pool2d",
       {{"pool", whole(2)}, {"stride", whole(3)}, {"padding", whole(1)}, {"ceil_mode", true}},
       {{6, 7, 5}},
       test::pool_reference(true, {.pool = 2, .stride = 3, .sides = 1, .ceil_mode = true})},
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
      {"activity_regularization",
       {},
       {{127}},
       test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"add", {}, {{3, 5, 7}, {3, 5, 7}, {3, 5, 7}}, test::add_reference()},
      {"concat", {}, {{3, 5, 2}, {3, 5, 7}}, test::concat_reference()},
      {"instance_norm", {}, {{5, 3, 13}}, test::group_norm_reference(13, 1e-3)},
      {"affine", {}, {{5, 3, 13}}, test::affine_reference()},
      {"local_response_norm", {}, {{2, 3, 13}}, test::local_response_reference(5, 1e-4, 0.75, 1)},
      {"local_response_norm",
       {{"size", whole(4)}, {"alpha", 0.5}, {"beta", 0.5}, {"k", 2.0}},
       {{2, 3, 7}},
       test::local_response_reference(4, 0.5, 0.5, 2)},
      {"zero_padding2d", {}, {{3, 4, 2}}, test::border_reference(1)},
      {"zero_padding2d", {{"padding", Integers{0, 1, 2, 3}}}, {{3, 4, 5}}, test::border_reference({0, 1, 2, 3})},
      {"cropping2d", {{"cropping", Integers{0, 1, 2, 1}}}, {{3, 4, 5}}, test::border_reference({0, -1, -2, -1})},
      {"up_sampling2d", {}, {{3, 4, 5}}, test::up_sampling_reference(2, 2, false)},
      {"up_sampling2d",
       {{"size", Integers{3, 2}}, {"interpolation", std::string("bilinear")}},
       {{3, 4, 5}},
       test::up_sampling_reference(3, 2, true)},
      {"adaptive_avg_pool2d", {{"size", Integers{3, 2}}}, {{7, 5, 3}}, test::adaptive_average_reference(3, 2)},
      {"adaptive_avg_pool2d", {{"size", whole(3)}}, {{2, 5, 3}}, test::adaptive_average_reference(3, 3)},
      {"global_max_pool", {}, {{17, 16, 3}}, test::global_maximum_reference()},
      {"reshape",
       {{"shape", Integers{5, -1, 2}}},
       {{3, 5, 2}},
       test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"spatial_dropout",
       {{"rate", 0.0}},
       {{3, 5, 7}},
       test::elementwise_reference([](double x) { return x; }, [](double) { return 1.0; })},
      {"subtract",
       {},
       {{3, 5, 7}, {3, 5, 7}},
       test::merge_reference([](const auto& x) { return x[0] - x[1]; },
                             [](const auto&, std::size_t i) { return i == 0 ? 1.0 : -1.0; })},
      {"average",
       {},
       {{3, 5, 7}, {3, 5, 7}, {3, 5, 7}},
       test::merge_reference([](const auto& x) { return (x[0] + x[1] + x[2]) / 3; },
                             [](const auto&, std::size_t) { return 1.0 / 3; })},
      {"maximum",
       {},
       {{3, 5, 7}, {3, 5, 7}, {3, 5, 7}},
       test::merge_reference(
           [](const auto& x) {
             return std::max({x[0], x[1], x[2]});
           },
           [](const auto& x, std::size_t i) {
             return x[i] == std::max({x[0], x[1], x[2]}) ? 1.0 : 0.0;
           })},
      {"multiply",
       {},
       {{3, 5, 7}, {3, 5, 7}, {3, 5, 7}},
       test::merge_reference([](const auto& x) { return x[0] * x[1] * x[2]; },
                             [](const auto& x, std::size_t i) { return x[(i + 1) % 3] * x[(i + 2) % 3]; })},
      {"multiply",
       {},
       {{7}, {3, 5, 7}, {1, 1, 7}},
       test::merge_reference([](const auto& x) { return x[0] * x[1] * x[2]; },
                             [](const auto& x, std::size_t i) { return x[(i + 1) % 3] * x[(i + 2) % 3]; })},
      {"activation", {{"function", std::string("gelu")}}, {{3, 5, 7}}, test::activation_reference("gelu")},
      {"relu", {}, {{3, 5, 7}}, test::activation_reference("relu")},
      {"relu6", {}, {{3, 5, 7}}, test::activation_reference("relu6")},
      {"leaky_relu", {}, {{127}}, test::activation_reference("leaky_relu")},
      {"sigmoid", {}, {{127}}, test::activation_reference("sigmoid")},
      {"tanh", {}, {{127}}, test::activation_reference("tanh")},
      {"gelu", {}, {{127}}, test::activation_reference("gelu")},
      {"silu", {}, {{127}}, test::activation_reference("silu")},
      {"elu", {}, {{128}}, test::activation_reference("elu")},
      {"selu", {}, {{128}}, test::activation_reference("selu")},
      {"gelu_tanh", {}, {{128}}, test::activation_reference("gelu_tanh")},
      {"hard_sigmoid", {}, {{128}}, test::activation_reference("hard_sigmoid")},
      {"hard_swish", {}, {{128}}, test::activation_reference("hard_swish")},
      {"softplus", {}, {{128}}, test::activation_reference("softplus")},
      {"mish", {}, {{128}}, test::activation_reference("mish")},
      {"log_softmax", {}, {{3, 13}}, test::softmax_reference(true)},
      {"prelu", {}, {{3, 5, 7}}, test::prelu_reference(105)},
      {"prelu", {{"slopes", std::string("channel")}}, {{3, 5, 17}}, test::prelu_reference(17)},
      {"prelu", {{"slopes", std::string("one")}}, {{3, 5, 7}}, test::prelu_reference(1)},
      {"softmax", {}, {{3, 13}}, test::softmax_reference()},
  };
  return table;
}

constexpr int batch_size = 5;

/// Values from -1 to 7, in random order, away from 0 and 6 and from each other, where derivatives jump; those of other
/// streams stand between them.
std::vector<float> without_kinks(std::size_t count, std::uint32_t stream) {
  Random random(9, Purpose::augmentation, stream);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float x = 7.6F * (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
    values[i] = 0.003F * static_cast<float>(stream) + (x < 0.9F ? x - 1.0F : (x < 6.7F ? x - 0.8F : x - 0.6F));
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
