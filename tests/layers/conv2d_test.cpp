#include "layers/conv2d.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "convoy/error.h"
#include "support/compare.h"
#include "support/layer_run.h"
#include "support/layer_settings.h"
#include "support/reference_conv.h"

namespace convoy::layers {
namespace {

using test::Floats;
using test::options_of;
using test::relative_distance;
using test::text;
using test::whole;

Floats sample(const Floats& batch, int index, std::size_t size) {
  const auto first = batch.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(index) * size);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

void accumulate(std::vector<double>& sum, const std::vector<double>& more) {
  sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

/// A batch of 5 through the layer and, image by image, through the reference.
void check_conv(const convoy::Conv2D& given, const Shape& input, const kernels::ConvOptions& options, bool use_bias) {
  Conv2D layer(given);
  test::LayerRun run(layer, {input}, 5, Mode::train);
  const test::ReferenceConv reference{kernels::conv_shape(input, options)};
  const auto& s = reference.s;
  const Floats kernel = run.parameter(0);
  const Floats bias = use_bias ? run.parameter(1) : Floats{};
  Floats d_y(s.out_floats() * 5);
  for (std::size_t i = 0; i < d_y.size(); ++i) d_y[i] = std::sin(static_cast<float>(i));
  run.forward();
  run.backward(d_y);
  std::vector<double> y, d_x, d_kernel, d_bias;
  for (int n = 0; n < 5; ++n) {
    const Floats x_n = sample(run.input(0), n, s.in_floats());
    const Floats d_y_n = sample(d_y, n, s.out_floats());
    append(y, reference.forward(x_n, kernel, bias));
    append(d_x, reference.backward_data(d_y_n, kernel));
    accumulate(d_kernel, reference.backward_kernel(d_y_n, x_n));
    accumulate(d_bias, reference.backward_bias(d_y_n));
  }
  CHECK(relative_distance(run.output(), y) < 1e-5);
  CHECK(relative_distance(run.d_input(0), d_x) < 1e-5);
  CHECK(relative_distance(run.gradient(0), d_kernel) < 1e-5);
  if (use_bias) CHECK(relative_distance(run.gradient(1), d_bias) < 1e-5);
}

TEST_CASE("conv2d agrees with the reference for every engine") {
  for (const char* engine : {"auto", "blas", "direct", "winograd"}) {
    CAPTURE(engine);
    check_conv(options_of<Conv2D>({{"filters", whole(13)}, {"engine", text(engine)}}), {7, 9, 3},
               {.filters = 13, .kernel = {3, 3}}, true);
    check_conv(options_of<Conv2D>({{"filters", whole(5)}, {"engine", text(engine)}}), {26, 27, 3},
               {.filters = 5, .kernel = {3, 3}}, true);
    check_conv(options_of<Conv2D>({{"filters", whole(8)},
                                   {"kernel", Integers{2, 3}},
                                   {"stride", Integers{1, 2}},
                                   {"padding", text("same")},
                                   {"use_bias", false},
                                   {"engine", text(engine)}}),
               {7, 9, 5}, {.filters = 8, .kernel = {2, 3}, .stride = {1, 2}, .same = true}, false);
    check_conv(options_of<Conv2D>({{"filters", whole(2)}, {"dilation", whole(2)}, {"engine", text(engine)}}), {9, 9, 1},
               {.filters = 2, .kernel = {3, 3}, .dilation = {2, 2}}, true);
    check_conv(options_of<Conv2D>({{"filters", whole(1)}, {"kernel", whole(1)}, {"engine", text(engine)}}), {1, 1, 1},
               {.filters = 1}, true);
  }
}

TEST_CASE("conv2d declares Keras's parameters") {
  Conv2D layer(options_of<Conv2D>({{"filters", whole(64)},
                                   {"kernel_regularizer.l2", 0.25},
                                   {"kernel_regularizer.l1", 0.5},
                                   {"max_norm", whole(3)},
                                   {"kernel_initializer", text("he_normal")},
                                   {"bias_initializer", text("ones")}}));
  const Shape input = {26, 26, 32};
  const Declaration d = layer.setup({&input, 1});
  CHECK(d.output == Shape{24, 24, 64});
  CHECK(d.macs == 24 * 24 * 64 * 288);
  CHECK(d.group_floats >= d.parameters[0].shape.size() + 64);
  REQUIRE(d.parameters.size() == 2);
  CHECK(d.parameters[0].name == "kernel");
  CHECK(d.parameters[0].shape == Shape{3, 3, 32, 64});
  CHECK(d.parameters[0].initializer == "he_normal");
  CHECK(d.parameters[0].fan_in == 288);
  CHECK(d.parameters[0].fan_out == 576);
  CHECK(d.parameters[0].decayed);
  CHECK(d.parameters[0].l1 == 0.5);
  CHECK(d.parameters[0].l2 == 0.25);
  CHECK(d.parameters[0].max_norm == 3);
  CHECK(d.parameters[1].name == "bias");
  CHECK(d.parameters[1].shape == Shape{64});
  CHECK(d.parameters[1].initializer == "ones");
  CHECK_FALSE(d.parameters[1].decayed);
  CHECK(d.parameters[1].l2 == 0);
}

TEST_CASE("conv2d without bias has a kernel only") {
  Conv2D layer(options_of<Conv2D>({{"filters", whole(4)}, {"use_bias", false}}));
  const Shape input = {5, 5, 1};
  CHECK(layer.setup({&input, 1}).parameters.size() == 1);
}

TEST_CASE("a frozen conv2d passes gradients on and leaves its own alone") {
  Conv2D layer(options_of<Conv2D>({{"filters", whole(4)}}));
  test::LayerRun run(layer, {{5, 6, 3}}, 2, Mode::train, false);
  run.forward();
  run.backward(Floats(96, 1.0F));
  for (const float value : run.d_input(0)) REQUIRE(std::isfinite(value));
  for (const int parameter : {0, 1}) {
    for (const float value : run.gradient(parameter)) REQUIRE(value == 0);
  }
}

TEST_CASE("conv2d refuses what does not fit") {
  const auto error_of = [](const Shape& input) -> std::string {
    try {
      Conv2D(options_of<Conv2D>({{"filters", whole(4)}, {"kernel", whole(5)}})).setup({&input, 1});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(error_of({3, 3, 64}) == "kernel 5x5 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(error_of({100}) == "a convolution needs an image, height x width x channels, but its input is 100");
  CHECK_THROWS_AS(options_of<Conv2D>({{"filters", whole(0)}}), Error);
  CHECK_THROWS_AS(options_of<Conv2D>({{"kernel", whole(3)}}), Error);
  CHECK_THROWS_AS(options_of<Conv2D>({{"filters", whole(4)}, {"engine", text("fast")}}), Error);
}

}  // namespace
}  // namespace convoy::layers
