#include "kernels/softmax.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::Floats;

Doubles softmax_reference(const Doubles& x, std::size_t classes) {
  Doubles y(x.size());
  for (std::size_t row = 0; row < x.size(); row += classes) {
    const double largest = *std::max_element(&x[row], &x[row] + classes);
    double sum = 0;
    for (std::size_t i = row; i < row + classes; ++i) sum += y[i] = std::exp(x[i] - largest);
    for (std::size_t i = row; i < row + classes; ++i) y[i] /= sum;
  }
  return y;
}

Doubles softmax_gradient(const Doubles& dy, const Doubles& y, std::size_t classes) {
  Doubles dx(y.size());
  for (std::size_t row = 0; row < y.size(); row += classes) {
    double sum = 0;
    for (std::size_t i = row; i < row + classes; ++i) sum += y[i] * dy[i];
    for (std::size_t i = row; i < row + classes; ++i) dx[i] = y[i] * (dy[i] - sum);
  }
  return dx;
}

/// Calls check(kernels, rows, classes) for every instruction set and size.
template <class Check>
void for_every_softmax(const Check& check) {
  for (const auto* kernels : test::every_isa<SoftmaxKernels>()) {
    for (const std::size_t rows : {1U, 3U, 32U}) {
      for (const std::size_t classes : {1U, 2U, 10U, 13U, 127U}) {
        CAPTURE(rows);
        CAPTURE(classes);
        check(*kernels, rows, classes);
      }
    }
  }
}

TEST_CASE("softmax and its gradient follow the definition, also in place") {
  for_every_softmax([](const SoftmaxKernels& kernels, std::size_t rows, std::size_t classes) {
    const Floats x = test::normal_floats(rows * classes, 1, 0, 4);
    const Floats dy = test::normal_floats(rows * classes, 2);
    Floats y(x.size()), dx(x.size());
    kernels.forward(y.data(), x.data(), rows, classes);
    kernels.backward(dx.data(), dy.data(), y.data(), rows, classes);
    const Doubles want = softmax_reference(test::doubles(x), classes);
    CHECK(test::relative_distance(y, want) < 1e-6);
    // Against the largest number: with one class the gradient is 0.
    const Doubles want_dx = softmax_gradient(test::doubles(dy), want, classes);
    for (std::size_t i = 0; i < dx.size(); ++i) CHECK(std::abs(double{dx[i]} - want_dx[i]) < 1e-6);
    Floats same = x;
    kernels.forward(same.data(), same.data(), rows, classes);
    CHECK(same == y);
    Floats same_dx = dy;
    kernels.backward(same_dx.data(), same_dx.data(), y.data(), rows, classes);
    CHECK(same_dx == dx);
  });
}

TEST_CASE("large logits neither overflow nor lose the ratio of their probabilities") {
  for_every_softmax([](const SoftmaxKernels& kernels, std::size_t rows, std::size_t classes) {
    Floats x = test::normal_floats(rows * classes, 3);
    for (float& value : x) value = std::round(value * 8) / 8 + 1024;
    Floats y(x.size());
    kernels.forward(y.data(), x.data(), rows, classes);
    CHECK(test::relative_distance(y, softmax_reference(test::doubles(x), classes)) < 1e-6);
    Floats far(rows * classes, -1e30F);
    for (std::size_t row = 0; row < rows; ++row) far[row * classes] = 1e30F;
    kernels.forward(y.data(), far.data(), rows, classes);
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == (i % classes == 0 ? 1.0F : 0.0F));
  });
}

}  // namespace
}  // namespace convoy::kernels
