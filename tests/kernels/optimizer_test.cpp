#include "kernels/optimizer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"

namespace convoy::kernels {
namespace {

using test::Doubles;
using test::doubles;
using test::Floats;
using test::normal_floats;
using test::relative_distance;

constexpr float rate = 0.0078125F;  // a power of two: the same in float and in double
constexpr double tolerance = 1e-6;

/// What a rule starts from; the second moment is not negative.
struct Start {
  Floats w, g, m, v;

  explicit Start(std::size_t count)
      : w(normal_floats(count, 1)), g(normal_floats(count, 2)), m(normal_floats(count, 3)), v(normal_floats(count, 4)) {
    for (float& value : v) value *= value;
  }
};

/// Calls check(kernels, start) for every instruction set and size.
template <class Check>
void for_every_optimizer(const Check& check) {
  for (const auto* kernels : test::every_isa<OptimizerKernels>()) {
    for (const std::size_t count : {1U, 13U, 127U, 1000U}) {
      CAPTURE(count);
      check(*kernels, Start(count));
    }
  }
}

TEST_CASE("adam") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    Doubles w = doubles(s.w), m = doubles(s.m), v = doubles(s.v);
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * double{s.g[i]};
      v[i] = 0.999 * v[i] + 0.001 * double{s.g[i]} * double{s.g[i]};
      w[i] -= double{rate} * m[i] / (std::sqrt(v[i]) + 1e-7);
    }
    kernels.adam(s.w.data(), s.m.data(), s.v.data(), s.g.data(), s.w.size(), rate, 0.1F, 0.001F, 1e-7F);
    CHECK(relative_distance(s.w, w) < tolerance);
    CHECK(relative_distance(s.m, m) < tolerance);
    CHECK(relative_distance(s.v, v) < tolerance);
  });
}

TEST_CASE("momentum, plain and Nesterov's") {
  for (const bool nesterov : {false, true}) {
    for_every_optimizer([&](const OptimizerKernels& kernels, Start s) {
      Doubles w = doubles(s.w), velocity = doubles(s.m);
      for (std::size_t i = 0; i < w.size(); ++i) {
        velocity[i] = 0.9 * velocity[i] - double{rate} * double{s.g[i]};
        w[i] += nesterov ? 0.9 * velocity[i] - double{rate} * double{s.g[i]} : velocity[i];
      }
      kernels.momentum(s.w.data(), s.m.data(), s.g.data(), s.w.size(), rate, 0.9F, nesterov);
      CHECK(relative_distance(s.w, w) < tolerance);
      CHECK(relative_distance(s.m, velocity) < tolerance);
    });
  }
}

TEST_CASE("rmsprop, with and without momentum") {
  for (const double momentum : {0.0, 0.9}) {
    for_every_optimizer([&](const OptimizerKernels& kernels, Start s) {
      Doubles w = doubles(s.w), v = doubles(s.v), velocity = doubles(s.m);
      for (std::size_t i = 0; i < w.size(); ++i) {
        v[i] = 0.9 * v[i] + 0.1 * double{s.g[i]} * double{s.g[i]};
        const double step = double{rate} * double{s.g[i]} / std::sqrt(v[i] + 1e-7);
        velocity[i] = momentum * velocity[i] + step;
        w[i] -= momentum > 0 ? velocity[i] : step;
      }
      kernels.rmsprop(s.w.data(), s.v.data(), s.m.data(), s.g.data(), s.w.size(), rate, 0.1F,
                      static_cast<float>(momentum), 1e-7F);
      CHECK(relative_distance(s.w, w) < tolerance);
      CHECK(relative_distance(s.v, v) < tolerance);
      if (momentum > 0) CHECK(relative_distance(s.m, velocity) < tolerance);
    });
  }
}

TEST_CASE("plain descent and scaling") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    Doubles w = doubles(s.w);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = (w[i] - double{rate} * double{s.g[i]}) * 0.5;
    kernels.descend(s.w.data(), s.g.data(), s.w.size(), rate);
    kernels.scale(s.w.data(), s.w.size(), 0.5F);
    CHECK(relative_distance(s.w, w) < tolerance);
  });
}

}  // namespace
}  // namespace convoy::kernels
