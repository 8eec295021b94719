#include "kernels/conv.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/aligned_buffer.h"
#include "support/compare.h"
#include "support/errors.h"
#include "support/reference_conv.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::Floats;
using test::normal_floats;
using test::not_a_number;
using test::relative_distance;

struct ConvCase {
  Shape input;
  ConvOptions options;
};

std::string text(const ConvCase& c) {
  const auto pair = [](std::pair<int, int> p) { return std::to_string(p.first) + "x" + std::to_string(p.second); };
  return c.input.text() + " to " + std::to_string(c.options.filters) + ", kernel " + pair(c.options.kernel) +
         ", stride " + pair(c.options.stride) + ", dilation " + pair(c.options.dilation) +
         (c.options.same ? ", same" : ", valid");
}

/// Every kernel with every stride, padding and a few channel counts, sizes odd; then what this grid leaves out.
std::vector<ConvCase> conv_cases() {
  std::vector<ConvCase> all;
  constexpr std::pair<int, int> kernels[] = {{1, 1}, {3, 3}, {5, 5}, {2, 3}};
  constexpr std::pair<int, int> strides[] = {{1, 1}, {2, 2}, {3, 3}, {2, 1}, {1, 3}};
  constexpr std::pair<int, int> channels[] = {{1, 13}, {3, 1}, {13, 32}, {32, 3}, {13, 47}};
  for (const auto& kernel : kernels) {
    for (const auto& stride : strides) {
      for (const auto& [in, out] : channels) {
        for (const bool same : {false, true}) {
          all.push_back({{9, 11, in}, {.filters = out, .kernel = kernel, .stride = stride, .same = same}});
        }
      }
    }
  }
  for (const bool same : {false, true}) {
    all.push_back({{11, 9, 13}, {.filters = 3, .kernel = {3, 3}, .dilation = {2, 2}, .same = same}});
    all.push_back({{11, 9, 1}, {.filters = 32, .kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 3}, .same = same}});
    all.push_back({{11, 13, 32}, {.filters = 3, .kernel = {3, 3}, .stride = {3, 2}, .dilation = {2, 1}, .same = same}});
    all.push_back({{1, 1, 13}, {.filters = 32, .same = same}});
    all.push_back({{41, 40, 32}, {.filters = 33, .kernel = {3, 3}, .stride = {2, 2}, .same = same}});  // several bands
    all.push_back({{43, 41, 30}, {.filters = 5, .kernel = {5, 3}, .same = same}});
  }
  all.push_back({{1, 1, 3}, {.filters = 13, .kernel = {5, 5}, .same = true}});
  all.push_back({{2, 1, 3}, {.filters = 13, .kernel = {3, 7}, .stride = {2, 3}, .same = true}});
  all.push_back({{3, 3, 3}, {.filters = 2, .kernel = {3, 3}, .dilation = {5, 5}, .same = true}});
  all.push_back({{28, 28, 1}, {.filters = 32, .kernel = {3, 3}}});
  for (const bool same : {false, true}) {  // several strips, even and odd widths and heights
    all.push_back({{26, 27, 16}, {.filters = 33, .kernel = {3, 3}, .same = same}});
    all.push_back({{31, 14, 9}, {.filters = 16, .kernel = {3, 3}, .same = same}});
  }
  return all;
}

/// A convolution with random operands and one engine to compute it.
struct Bench {
  ConvShape s;
  std::unique_ptr<const ConvEngine> engine;
  Floats x = normal_floats(s.in_floats(), 1);
  Floats kernel = normal_floats(s.kernel_floats(), 2);
  Floats bias = normal_floats(static_cast<std::size_t>(s.out_c), 3);
  Floats d_y = normal_floats(s.out_floats(), 4);
  Floats scratch = Floats(engine->scratch_floats(), not_a_number);

  Floats forward(bool with_bias) { return forward(with_bias, {0, s.out_h}); }

  /// Only some rows; the others are NaN.
  Floats forward(bool with_bias, RowRange rows) {
    Floats packed(engine->forward_weights_floats(), not_a_number);
    engine->pack_forward(packed.data(), kernel.data());
    Floats y(s.out_floats(), not_a_number);
    engine->forward(y.data(), x.data(), packed.empty() ? kernel.data() : packed.data(),
                    with_bias ? bias.data() : nullptr, scratch.data(), rows);
    return y;
  }

  Floats backward_kernel(const Floats& start) {
    Floats d_kernel = start;
    const int tap = s.group_in_c() * s.out_c;
    Floats sums(static_cast<std::size_t>(engine->sum_planes() * tap));
    engine->backward_kernel(sums.data(), d_y.data(), x.data(), scratch.data());
    engine->add_kernel_gradient(d_kernel.data(), sums.data());
    return d_kernel;
  }

  Floats backward_data() {
    Floats packed(engine->backward_weights_floats(), not_a_number);
    engine->pack_backward(packed.data(), kernel.data());
    Floats d_x(s.in_floats(), not_a_number);
    engine->backward_data(d_x.data(), d_y.data(), packed.empty() ? kernel.data() : packed.data(), scratch.data());
    return d_x;
  }
};

/// The gradient of several images at once is the sum of theirs, up to rounding, whatever lies between them.
void check_images(Bench& bench, const Doubles& of_one) {
  constexpr int count = 5;
  const auto repeated = [](const Floats& image) {
    Floats all;
    for (int i = 0; i < count; ++i) {
      for (const float value : image) all.push_back(value * static_cast<float>(1 << i));
      all.insert(all.end(), 3, not_a_number);
    }
    return all;
  };
  const Floats x = repeated(bench.x), d_y = repeated(bench.d_y);
  Floats sums(static_cast<std::size_t>(bench.engine->sum_planes() * bench.s.group_in_c() * bench.s.out_c),
              not_a_number);
  Floats d_kernel(bench.s.kernel_floats());
  bench.engine->backward_kernel_of(
      sums.data(), false, {d_y.data(), static_cast<std::ptrdiff_t>(bench.d_y.size()) + 3, count},
      {x.data(), static_cast<std::ptrdiff_t>(bench.x.size()) + 3, count}, bench.scratch.data());
  bench.engine->add_kernel_gradient(d_kernel.data(), sums.data());
  Doubles expected = of_one;
  for (double& value : expected) value *= 1 + 4 + 16 + 64 + 256;
  CHECK(relative_distance(d_kernel, expected) < 1e-5);
}

/// Computed in bands, an image has the same bits, and no band writes another's rows.
void check_bands(Bench& bench) {
  const Floats whole = bench.forward(true);
  const auto row = static_cast<std::size_t>(bench.s.out_w) * static_cast<std::size_t>(bench.s.out_c);
  for (int band = 0; band < 3; ++band) {
    const RowRange rows{bench.s.out_h * band / 3, bench.s.out_h * (band + 1) / 3};
    const Floats part = bench.forward(true, rows);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const int y = static_cast<int>(i / row);
      const bool inside = y >= rows.first && y < rows.end;
      wrong += (inside ? part[i] == whole[i] : std::isnan(part[i])) ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

void check_against_reference(const ConvCase& c, const std::string& name, std::unique_ptr<const ConvEngine> engine) {
  CAPTURE(name);
  Bench bench{conv_shape(c.input, c.options), std::move(engine)};
  const test::ReferenceConv reference{bench.s};
  CHECK(relative_distance(bench.forward(true), reference.forward(bench.x, bench.kernel, bench.bias)) < 1e-5);
  CHECK(relative_distance(bench.forward(false), reference.forward(bench.x, bench.kernel, {})) < 1e-5);
  if (bench.engine->band_rows() > 0) check_bands(bench);
  const Floats start = normal_floats(bench.s.kernel_floats(), 5);
  Doubles d_kernel = reference.backward_kernel(bench.d_y, bench.x);
  check_images(bench, d_kernel);
  for (std::size_t i = 0; i < start.size(); ++i) d_kernel[i] += double{start[i]};
  CHECK(relative_distance(bench.backward_kernel(start), d_kernel) < 1e-5);
  CHECK(relative_distance(bench.backward_data(), reference.backward_data(bench.d_y, bench.kernel)) < 1e-5);
}

std::string shape_error(const Shape& input, const ConvOptions& options) {
  return test::error_of(ErrorKind::config, [&] { conv_shape(input, options); });
}

TEST_CASE("every convolution engine agrees with the double-precision reference") {
  for (const ConvCase& c : conv_cases()) {
    CAPTURE(text(c));
    const ConvShape shape = conv_shape(c.input, c.options);
    check_against_reference(c, "blas", make_blas_conv(shape));
    check_against_reference(c, "lowered", make_lowered_conv(shape));
    check_against_reference(c, "auto", make_conv("auto", shape));
    if (auto direct = make_direct_conv(shape)) check_against_reference(c, "direct", std::move(direct));
    if (auto f2 = make_winograd_conv(shape, WinogradTile::f2)) check_against_reference(c, "F(2x2)", std::move(f2));
    if (auto f4 = make_winograd_conv(shape, WinogradTile::f4)) check_against_reference(c, "F(4x4)", std::move(f4));
  }
}

/// A function of the place alone, the same in all channels.
Floats same_in_channels(std::size_t places, int channels, unsigned seed) {
  const Floats values = normal_floats(places, seed);
  Floats all;
  for (const float value : values) all.insert(all.end(), static_cast<std::size_t>(channels), value);
  return all;
}

/// Whether each number is that of channel 0 at its place.
bool channels_agree(const Floats& values, int channels) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != values[i - i % static_cast<std::size_t>(channels)]) return false;
  }
  return true;
}

TEST_CASE("a channel's bits do not depend on its place in a vector or behind the last one") {
  const ConvShape s = conv_shape({11, 10, 45}, {.filters = 45, .kernel = {3, 3}, .same = true});
  for (const WinogradTile tile : {WinogradTile::f2, WinogradTile::f4}) {
    CAPTURE(tile == WinogradTile::f4);
    Bench bench{s, make_winograd_conv(s, tile)};
    bench.x = same_in_channels(110, 45, 1);
    bench.kernel = same_in_channels(9, 45 * 45, 2);
    bench.bias = Floats(45, 0.7F);
    bench.d_y = same_in_channels(110, 45, 3);
    CHECK(channels_agree(bench.forward(true), 45));
    CHECK(channels_agree(bench.backward_data(), 45));
    CHECK(channels_agree(bench.backward_kernel(Floats(s.kernel_floats())), 45 * 45));
  }
}

TEST_CASE("groups of channels, and channels by themselves, agree with it as well") {
  const std::vector<ConvCase> cases = {
      {{7, 9, 6}, {.filters = 9, .kernel = {3, 3}, .same = true, .groups = 3}},
      {{9, 8, 34}, {.filters = 64, .kernel = {3, 2}, .stride = {2, 1}, .groups = 2}},
      {{9, 8, 4}, {.filters = 4, .kernel = {3, 3}, .dilation = {2, 2}, .groups = 2}},
      {{20, 22, 37}, {.filters = 37, .kernel = {3, 3}, .sides = 1, .groups = 37}},
      {{20, 23, 16}, {.filters = 16, .kernel = {7, 5}, .stride = {2, 3}, .same = true, .groups = 16}},
      {{9, 31, 5}, {.filters = 15, .kernel = {3, 4}, .dilation = {3, 2}, .sides = {9, 0, 7, 1}, .groups = 5}},
      {{1, 1, 64}, {.filters = 64, .kernel = {3, 3}, .same = true, .groups = 64}}};
  for (const ConvCase& c : cases) {
    CAPTURE(text(c));
    const ConvShape shape = conv_shape(c.input, c.options);
    for (const char* engine : {"auto", "blas", "direct"}) {
      check_against_reference(c, engine, make_conv(engine, shape));
    }
    CHECK((make_depthwise_conv(shape) != nullptr) == (shape.groups == shape.in_c));
  }
  CHECK(shape_error({5, 5, 6}, {.filters = 4, .groups = 3}) ==
        "\"groups\" must divide the 6 channels of the input and the 4 filters, got 3");
}

TEST_CASE("the direct engine takes all shapes without dilation, and auto the others too") {
  const ConvShape strided = conv_shape({9, 9, 3}, {.filters = 2, .kernel = {3, 3}, .stride = {2, 2}});
  const ConvShape dilated = conv_shape({9, 9, 3}, {.filters = 2, .kernel = {3, 3}, .dilation = {1, 2}});
  CHECK(make_direct_conv(strided) != nullptr);
  CHECK(make_direct_conv(dilated) == nullptr);
  for (const char* engine : {"auto", "winograd", "direct", "blas"}) CHECK(make_conv(engine, dilated) != nullptr);
}

TEST_CASE("auto chooses by shape") {
  const auto planes = [](int size, int in_c, int out_c) {  // 36 of F(4x4), 16 of F(2x2), 9 of direct
    return make_conv("auto", conv_shape({size, size, in_c}, {.filters = out_c, .kernel = {3, 3}, .same = true}))
        ->sum_planes();
  };
  CHECK(planes(24, 32, 64) == 36);
  CHECK(planes(32, 16, 16) == 36);
  CHECK(planes(7, 8, 24) == 36);
  CHECK(planes(6, 32, 32) == 16);
  CHECK(planes(4, 64, 16) == 16);
  CHECK(planes(6, 16, 16) == 9);
  CHECK(planes(2, 128, 128) == 9);
  CHECK(planes(32, 8, 16) == 9);
  CHECK(planes(32, 3, 64) == 9);
}

TEST_CASE("the output of a convolution has TensorFlow's size and padding") {
  const auto check = [](int in, int kernel, int stride, int dilation, bool same, int out, int pad) {
    CAPTURE(in);
    CAPTURE(kernel);
    CAPTURE(stride);
    const ConvShape s = conv_shape(
        {in, 50, 2},
        {.filters = 3, .kernel = {kernel, 1}, .stride = {stride, 1}, .dilation = {dilation, 1}, .same = same});
    CHECK(s.out_h == out);
    CHECK(s.pad_h == pad);
    CHECK(s.out_w == 50);
    CHECK(s.pad_w == 0);
    CHECK(s.macs() == std::int64_t{out} * 50 * kernel * 2 * 3);
  };
  check(28, 3, 1, 1, false, 26, 0);
  check(28, 3, 1, 1, true, 28, 1);
  check(28, 3, 2, 1, true, 14, 0);  // one row in all, below
  check(29, 3, 2, 1, true, 15, 1);
  check(28, 2, 1, 1, true, 28, 0);
  check(28, 5, 3, 1, true, 10, 2);
  check(28, 1, 2, 1, true, 14, 0);
  check(28, 1, 2, 1, false, 14, 0);
  check(28, 3, 1, 2, true, 28, 2);
  check(28, 3, 2, 2, false, 12, 0);
  check(3, 3, 5, 1, false, 1, 0);
  check(1, 5, 1, 1, true, 1, 2);
}

TEST_CASE("impossible convolutions are named errors") {
  CHECK(shape_error({3, 3, 64}, {.kernel = {5, 5}}) == "kernel 5x5 does not fit input 3x3x64; add padding = \"same\"");
  CHECK(shape_error({5, 2, 1}, {.kernel = {3, 3}}) == "kernel 3x3 does not fit input 5x2x1; add padding = \"same\"");
  CHECK(shape_error({4, 4, 1}, {.kernel = {3, 3}, .dilation = {2, 1}}) ==
        "kernel 3x3 with dilation 2x1 covers 5x3 and does not fit input 4x4x1; add padding = \"same\"");
  CHECK(shape_error({784}, {}) == "a convolution needs an image, height x width x channels, but its input is 784");
  CHECK(shape_error({3, 3, 1}, {.kernel = {0, 3}}) == "kernel must be between 1 and 4096 in height and width, got 0x3");
  CHECK(shape_error({3, 3, 1}, {.kernel = {1 << 30, 3}, .same = true}).starts_with("kernel must be between"));
  CHECK(shape_error({3, 3, 1}, {.stride = {1, -1}}).starts_with("stride must be between"));
  CHECK(shape_error({3, 3, 1}, {.dilation = {5000, 1}}).starts_with("dilation must be between"));
  CHECK(shape_error({3, 3, 1}, {.filters = 0}) == "filters must be at least 1, got 0");
  CHECK(shape_error({3, 3, 1 << 20}, {.filters = 1 << 20}) ==
        "the kernel of the convolution has more than 2^30 numbers");
  CHECK(shape_error({40000, 40000, 1}, {.filters = 2}) == "the output of the convolution has more than 2^30 numbers");
  CHECK(shape_error({1, 9, 1}, {.kernel = {4096, 4096}, .dilation = {4096, 1}, .same = true})
            .starts_with("the padded input of the convolution"));
}

TEST_CASE("the bias gradient adds all pixels") {
  for (const int channels : {1, 3, 13, 32, 127, 200}) {
    CAPTURE(channels);
    const ConvShape s = conv_shape({7, 5, 1}, {.filters = channels});
    const Floats d_y = normal_floats(s.out_floats(), 6);
    Floats d_bias(static_cast<std::size_t>(channels), 2.0F);
    conv_bias_gradient(d_bias.data(), d_y.data(), 35, channels);
    Doubles want = test::ReferenceConv{s}.backward_bias(d_y);
    for (double& value : want) value += 2;
    CHECK(relative_distance(d_bias, want) < 1e-5);
  }
}

}  // namespace
}  // namespace convoy::kernels
