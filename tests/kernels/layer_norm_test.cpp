#include "kernels/layer_norm.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"
#include "support/reference_batch_norm.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::doubles;
using test::Floats;
using test::normal_floats;
using test::relative_distance;

/// Calls check(kernels, rows, width) for every instruction set and size.
template <class Check>
void for_every_layer_norm(const Check& check) {
  for (const auto* kernels : test::every_isa<LayerNormKernels>()) {
    for (const int rows : {1, 3, 49}) {
      for (const int width : {1, 2, 13, 16, 32, 127, 1000}) {
        CAPTURE(rows);
        CAPTURE(width);
        check(*kernels, rows, width);
      }
    }
  }
}

struct Results {
  Floats y, dx;
  Doubles d_gamma, d_beta;
};

Results run_layer_norm(const LayerNormKernels& kernels, const Floats& x, const Floats& dy, const Floats& gamma,
                       const Floats& beta, int rows) {
  const auto width = gamma.size();
  std::vector<Normal> normals(static_cast<std::size_t>(rows));
  Results got{Floats(x.size()), Floats(x.size()), Doubles(width, 7), Doubles(width, 7)};
  const int columns = static_cast<int>(width);
  kernels.forward(got.y.data(), normals.data(), x.data(), gamma.data(), beta.data(), 1e-3, rows, columns);
  kernels.parameter_gradients(got.d_gamma.data(), got.d_beta.data(), dy.data(), x.data(), normals.data(), rows,
                              columns);
  kernels.input_gradient(got.dx.data(), dy.data(), x.data(), normals.data(), gamma.data(), rows, columns);
  return got;
}

/// A row is a batch norm of one channel, with gamma and beta outside of it.
Results layer_norm_reference(const Floats& x, const Floats& dy, const Floats& gamma, const Floats& beta) {
  const std::size_t width = gamma.size();
  const test::ReferenceBatchNorm norm{1, 1e-3};
  Results want{{}, {}, Doubles(width), Doubles(width)};
  for (std::size_t row = 0; row < x.size(); row += width) {
    const Doubles of_row(&x[row], &x[row] + width);
    const Doubles normalized = norm.forward(of_row, norm.moments(of_row), {1}, {0});
    Doubles d_normalized(width);
    for (std::size_t i = 0; i < width; ++i) {
      want.y.push_back(static_cast<float>(normalized[i] * double{gamma[i]} + double{beta[i]}));
      want.d_gamma[i] += double{dy[row + i]} * normalized[i];
      want.d_beta[i] += double{dy[row + i]};
      d_normalized[i] = double{dy[row + i]} * double{gamma[i]};
    }
    for (const double d : norm.backward(d_normalized, of_row, {1}).x) want.dx.push_back(static_cast<float>(d));
  }
  return want;
}

void check_layer_norm(const LayerNormKernels& kernels, const Floats& x, int rows) {
  const std::size_t width = x.size() / static_cast<std::size_t>(rows);
  const Floats dy = normal_floats(x.size(), 2);
  const Floats gamma = normal_floats(width, 3, 1, 0.3F);
  const Floats beta = normal_floats(width, 4);
  const Results got = run_layer_norm(kernels, x, dy, gamma, beta, rows);
  const Results want = layer_norm_reference(x, dy, gamma, beta);
  CHECK(relative_distance(got.y, want.y) < 1e-6);
  CHECK(relative_distance(got.d_beta, want.d_beta) < 1e-12);
  if (width == 1) {  // nothing varies within a row
    for (const float d : got.dx) CHECK(std::abs(d) < 1e-4);
    for (const double d : got.d_gamma) CHECK(std::abs(d) < 1e-4);
  } else {
    CHECK(relative_distance(got.dx, want.dx) < 1e-5);
    CHECK(relative_distance(got.d_gamma, want.d_gamma) < 1e-5);
  }
}

TEST_CASE("rows are normalised and differentiated as the reference says") {
  for_every_layer_norm([](const LayerNormKernels& kernels, int rows, int width) {
    const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(width);
    check_layer_norm(kernels, normal_floats(size, 1, 0.5F), rows);
    check_layer_norm(kernels, normal_floats(size, 5, 1e4F, 1e-2F), rows);
  });
}

TEST_CASE("the reference's gradients are those of its values") {
  const Floats x = normal_floats(21, 8, 2.0F);
  const Floats dy = normal_floats(21, 9);
  const Floats gamma = {0.5F, -1.5F, 2, 1, 0.1F, -1, 3};
  const Floats beta(7);
  const test::ReferenceBatchNorm norm{1, 1e-3};
  const auto loss = [&](const Doubles& at) {
    double sum = 0;
    for (std::size_t row = 0; row < at.size(); row += 7) {
      const Doubles of_row(&at[row], &at[row] + 7);
      const Doubles y = norm.forward(of_row, norm.moments(of_row), {1}, {0});
      for (std::size_t i = 0; i < 7; ++i) sum += y[i] * double{gamma[i]} * double{dy[row + i]};
    }
    return sum;
  };
  CHECK(test::numeric_gradient_error(doubles(layer_norm_reference(x, dy, gamma, beta).dx), doubles(x), loss) < 1e-6);
}

TEST_CASE("no kernel writes beyond its rows") {
  for_every_layer_norm([](const LayerNormKernels& kernels, int rows, int width) {
    const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(width);
    constexpr std::size_t margin = 64;
    Floats out(size + 2 * margin, 7.0F);
    std::vector<Normal> normals(static_cast<std::size_t>(rows));
    const Floats x(size, 1.0F);
    kernels.forward(out.data() + margin, normals.data(), x.data(), x.data(), x.data(), 1e-3, rows, width);
    kernels.input_gradient(out.data() + margin, x.data(), x.data(), normals.data(), x.data(), rows, width);
    const auto untouched = [](float value) { return value == 7.0F; };
    CHECK(std::all_of(out.begin(), out.begin() + margin, untouched));
    CHECK(std::all_of(out.end() - margin, out.end(), untouched));
  });
}

}  // namespace
}  // namespace convoy::kernels
