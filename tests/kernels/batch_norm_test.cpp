#include "kernels/batch_norm.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

constexpr int all_pixels[] = {1, 2, 15, 127, 169};
constexpr int all_channels[] = {1, 2, 3, 7, 8, 13, 16, 24, 31, 32, 45, 100, 127};

template <class T>
std::vector<T> poisoned(std::size_t size) {
  return std::vector<T>(size, std::numeric_limits<T>::quiet_NaN());
}

std::size_t size_of(int count) { return static_cast<std::size_t>(count); }

/// Calls check(kernels, pixels, channels) for every instruction set and size.
template <class Check>
void for_every_batch_norm(const Check& check) {
  for (const auto* kernels : test::every_isa<BatchNormKernels>()) {
    for (const int pixels : all_pixels) {
      for (const int channels : all_channels) {
        CAPTURE(pixels);
        CAPTURE(channels);
        check(*kernels, pixels, channels);
      }
    }
  }
}

/// One sample, with channels far from each other where `spread` is large.
Floats make_sample(int pixels, int channels, float mean, float deviation, float spread) {
  Floats x = normal_floats(size_of(pixels) * size_of(channels), 1, mean, deviation);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += spread * static_cast<float>(i % size_of(channels));
  return x;
}

void check_moments(const BatchNormKernels& kernels, const Floats& x, int pixels, int channels) {
  Doubles mean = poisoned<double>(size_of(channels));
  Doubles m2 = poisoned<double>(size_of(channels));
  Floats pivot = poisoned<float>(size_of(channels));
  kernels.moments(mean.data(), m2.data(), pivot.data(), x.data(), pixels, channels);
  const test::ReferenceBatchNorm reference{size_of(channels), 0};
  auto want = reference.moments(doubles(x));
  for (double& variance : want.variance) variance *= want.count;
  CHECK(relative_distance(mean, want.mean) < 1e-6);
  if (pixels == 1) {
    CHECK(m2 == Doubles(m2.size(), 0.0));
  } else {
    CHECK(relative_distance(m2, want.variance) < 1e-6);
  }
}

TEST_CASE("moments of a sample agree with two passes in double") {
  for_every_batch_norm([](const BatchNormKernels& kernels, int pixels, int channels) {
    check_moments(kernels, make_sample(pixels, channels, 0.5F, 1.0F, 0.1F), pixels, channels);
    check_moments(kernels, make_sample(pixels, channels, 1e4F, 1e-2F, 0.0F), pixels, channels);
    check_moments(kernels, make_sample(pixels, channels, -3.0F, 1e-3F, 100.0F), pixels, channels);
  });
}

TEST_CASE("a constant channel has no variance at all") {
  for (const auto* kernels : test::every_isa<BatchNormKernels>()) {
    const Floats x(std::size_t{676} * 13, 0.1F);
    Doubles mean(13), m2(13);
    Floats pivot(13);
    kernels->moments(mean.data(), m2.data(), pivot.data(), x.data(), 676, 13);
    for (const double value : mean) CHECK(value == doctest::Approx(double{0.1F}).epsilon(1e-12));
    for (const double value : m2) CHECK(std::abs(value) < 1e-14);
  }
}

TEST_CASE("a large first row does not spoil the moments of the others") {
  for (const auto* kernels : test::every_isa<BatchNormKernels>()) {
    Floats x = normal_floats(std::size_t{5000} * 32, 2, 0.0F, 1e-2F);
    std::fill_n(x.begin(), std::size_t{70} * 32, 100.0F);
    check_moments(*kernels, x, 5000, 32);
  }
}

TEST_CASE("normalize, the gradient sums and the input gradients follow their formulas") {
  for_every_batch_norm([](const BatchNormKernels& kernels, int pixels, int channels) {
    const auto size = size_of(pixels) * size_of(channels);
    const auto columns = size_of(channels);
    const Floats x = make_sample(pixels, channels, 20.0F, 1.0F, 0.1F);
    const Floats dy = normal_floats(size, 3);
    const Floats mean = normal_floats(columns, 4, 20.0F);
    const Floats scale = normal_floats(columns, 5);
    const Floats slope = normal_floats(columns, 6);
    const Floats offset = normal_floats(columns, 7);
    Doubles y(size), dx(size), frozen(size), dy_sum(columns), dy_x_sum(columns);
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t c = i % columns;
      const double distance = double{x[i]} - double{mean[c]};
      y[i] = distance * double{scale[c]} + double{offset[c]};
      frozen[i] = double{dy[i]} * double{scale[c]};
      dx[i] = frozen[i] + distance * double{slope[c]} + double{offset[c]};
      dy_sum[c] += double{dy[i]};
      dy_x_sum[c] += double{dy[i]} * distance;
    }
    Floats got = poisoned<float>(size);
    kernels.normalize(got.data(), x.data(), mean.data(), scale.data(), offset.data(), pixels, channels);
    CHECK(relative_distance(got, y) < 1e-6);
    got = poisoned<float>(size);
    kernels.input_gradient(got.data(), dy.data(), x.data(), scale.data(), mean.data(), slope.data(), offset.data(),
                           pixels, channels);
    CHECK(relative_distance(got, dx) < 1e-6);
    got = poisoned<float>(size);
    kernels.frozen_input_gradient(got.data(), dy.data(), scale.data(), pixels, channels);
    CHECK(relative_distance(got, frozen) < 1e-6);
    Doubles got_sum = poisoned<double>(size_of(channels));
    Doubles got_x_sum = poisoned<double>(size_of(channels));
    kernels.gradient_sums(got_sum.data(), got_x_sum.data(), dy.data(), x.data(), mean.data(), pixels, channels);
    CHECK(relative_distance(got_sum, dy_sum) < 1e-5);
    CHECK(relative_distance(got_x_sum, dy_x_sum) < 1e-5);
  });
}

TEST_CASE("no kernel writes beyond the sample") {
  for_every_batch_norm([](const BatchNormKernels& kernels, int pixels, int channels) {
    const auto size = size_of(pixels) * size_of(channels);
    const Floats x(size, 1.0F);
    const Floats ones(size_of(channels), 1.0F);
    constexpr std::size_t margin = 64;
    Floats out(size + 2 * margin, 7.0F);
    float* y = out.data() + margin;
    kernels.normalize(y, x.data(), ones.data(), ones.data(), ones.data(), pixels, channels);
    kernels.input_gradient(y, x.data(), x.data(), ones.data(), ones.data(), ones.data(), ones.data(), pixels, channels);
    kernels.frozen_input_gradient(y, x.data(), ones.data(), pixels, channels);
    const auto untouched = [](float value) { return value == 7.0F; };
    CHECK(std::all_of(out.begin(), out.begin() + margin, untouched));
    CHECK(std::all_of(out.end() - margin, out.end(), untouched));
  });
}

TEST_CASE("merged moments are those of all values together") {
  Doubles values(100);
  for (std::size_t i = 0; i < 100; ++i) values[i] = static_cast<double>(i + 1);
  const test::ReferenceBatchNorm reference{1, 0};
  const auto head = reference.moments({values.begin(), values.begin() + 13});
  const auto tail = reference.moments({values.begin() + 13, values.end()});
  double mean = head.mean[0];
  double m2 = head.variance[0] * head.count;
  const double more_m2 = tail.variance[0] * tail.count;
  merge_moments(&mean, &m2, head.count, tail.mean.data(), &more_m2, tail.count, 1);
  CHECK(mean == doctest::Approx(50.5).epsilon(1e-14));
  CHECK(m2 / 100 == doctest::Approx(833.25).epsilon(1e-14));
}

TEST_CASE("a channel's coefficients keep what the mean loses in float") {
  const double mean = 1e4 + 1.0 / 3;
  const ChannelAffine a = channel_affine(mean, 1e-4, 0, 2.0F, 3.0F);
  CHECK(double{a.mean} + double{a.mean_rest} == doctest::Approx(mean).epsilon(1e-12));
  CHECK(a.inv_deviation == doctest::Approx(100));
  const float x = 10000.375F;
  const double want = 2 * (double{x} - mean) * 100 + 3;
  CHECK((x - a.mean) * a.scale + a.shift == doctest::Approx(want).epsilon(1e-6));
}

TEST_CASE("the reference's gradients are those of its forward pass") {
  const test::ReferenceBatchNorm reference{3, 1e-3};
  const Doubles x = doubles(normal_floats(21, 8, 2.0F));
  const Doubles d_y = doubles(normal_floats(21, 9));
  const Doubles gamma = {0.5, -1.5, 2};
  const Doubles beta = {1, 2, 3};
  const auto d = reference.backward(d_y, x, gamma);
  const auto loss = [&](const Doubles& x_, const Doubles& gamma_, const Doubles& beta_) {
    return test::weighted_sum(reference.forward(x_, reference.moments(x_), gamma_, beta_), d_y);
  };
  CHECK(test::numeric_gradient_error(d.x, x, [&](const Doubles& at) { return loss(at, gamma, beta); }) < 1e-6);
  CHECK(test::numeric_gradient_error(d.gamma, gamma, [&](const Doubles& at) { return loss(x, at, beta); }) < 1e-6);
  CHECK(test::numeric_gradient_error(d.beta, beta, [&](const Doubles& at) { return loss(x, gamma, at); }) < 1e-6);
}

}  // namespace
}  // namespace convoy::kernels
