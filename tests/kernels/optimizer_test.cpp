#include "kernels/optimizer.h"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("amsgrad divides by the largest mean square") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    Doubles w = doubles(s.w), m = doubles(s.m), v = doubles(s.v);
    Floats largest(s.w.size(), 0.5F);
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * double{s.g[i]};
      v[i] = 0.999 * v[i] + 0.001 * double{s.g[i]} * double{s.g[i]};
      w[i] -= double{rate} * m[i] / (std::sqrt(std::max(0.5, v[i])) + 1e-7);
    }
    kernels.amsgrad(s.w.data(), s.m.data(), s.v.data(), largest.data(), s.g.data(), s.w.size(), rate, 0.1F, 0.001F,
                    1e-7F);
    CHECK(relative_distance(s.w, w) < tolerance);
    CHECK(relative_distance(s.v, v) < tolerance);
    for (std::size_t i = 0; i < w.size(); ++i) CHECK(largest[i] == std::max(0.5F, s.v[i]));
  });
}

TEST_CASE("nadam mixes mean and gradient") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    Doubles w = doubles(s.w), m = doubles(s.m), v = doubles(s.v);
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * double{s.g[i]};
      v[i] = 0.999 * v[i] + 0.001 * double{s.g[i]} * double{s.g[i]};
      w[i] -= (0.5 * m[i] + 0.25 * double{s.g[i]}) / (std::sqrt(2 * v[i]) + 1e-7);
    }
    kernels.nadam(s.w.data(), s.m.data(), s.v.data(), s.g.data(), s.w.size(), 0.5F, 0.25F, 2, 0.1F, 0.001F, 1e-7F);
    CHECK(relative_distance(s.w, w) < tolerance);
    CHECK(relative_distance(s.m, m) < tolerance);
  });
}

TEST_CASE("momentum of gradients, plain and Nesterov's") {
  for (const bool nesterov : {false, true}) {
    for_every_optimizer([&](const OptimizerKernels& kernels, Start s) {
      Doubles w = doubles(s.w), velocity = doubles(s.m);
      for (std::size_t i = 0; i < w.size(); ++i) {
        velocity[i] = 0.9 * velocity[i] + double{s.g[i]};
        w[i] -= double{rate} * (nesterov ? double{s.g[i]} + 0.9 * velocity[i] : velocity[i]);
      }
      kernels.momentum_of_gradients(s.w.data(), s.m.data(), s.g.data(), s.w.size(), rate, 0.9F, nesterov);
      CHECK(relative_distance(s.w, w) < tolerance);
      CHECK(relative_distance(s.m, velocity) < tolerance);
    });
  }
}

TEST_CASE("adagrad and adadelta") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    Start same = s;
    Doubles w = doubles(s.w), sum = doubles(s.v);
    for (std::size_t i = 0; i < w.size(); ++i) {
      sum[i] += double{s.g[i]} * double{s.g[i]};
      w[i] -= double{rate} * double{s.g[i]} / std::sqrt(sum[i] + 0.125);
    }
    kernels.adagrad(s.w.data(), s.v.data(), s.g.data(), s.w.size(), rate, 0.125F);
    CHECK(relative_distance(s.w, w) < tolerance);
    CHECK(relative_distance(s.v, sum) < tolerance);

    Doubles x = doubles(same.w), v = doubles(same.v), d(x.size(), 0.25);
    Floats steps(x.size(), 0.25F);
    for (std::size_t i = 0; i < x.size(); ++i) {
      v[i] = 0.9 * v[i] + 0.1 * double{same.g[i]} * double{same.g[i]};
      const double step = std::sqrt(d[i] + 0.125) / std::sqrt(v[i] + 0.125) * double{same.g[i]};
      d[i] = 0.9 * d[i] + 0.1 * step * step;
      x[i] -= double{rate} * step;
    }
    kernels.adadelta(same.w.data(), same.v.data(), steps.data(), same.g.data(), same.w.size(), rate, 0.1F, 0.125F);
    CHECK(relative_distance(same.w, x) < tolerance);
    CHECK(relative_distance(steps, d) < tolerance);
  });
}

TEST_CASE("lion steps by a sign, lookahead goes part of the way") {
  for_every_optimizer([](const OptimizerKernels& kernels, Start s) {
    s.g[0] = s.m[0] = 0;
    const Start given = s;
    kernels.lion(s.w.data(), s.m.data(), s.g.data(), s.w.size(), rate, 0.5F, 0.5F, 0.75F, 0.25F);
    for (std::size_t i = 0; i < s.w.size(); ++i) {
      const float direction = given.m[i] + given.g[i];
      const float sign = direction > 0 ? 1.0F : (direction < 0 ? -1.0F : 0.0F);
      CHECK(s.w[i] == given.w[i] - rate * sign);
      CHECK(s.m[i] == doctest::Approx(0.75F * given.m[i] + 0.25F * given.g[i]).epsilon(1e-6));
    }
    kernels.lookahead(s.w.data(), s.m.data(), s.w.size(), 0.5F);
    for (std::size_t i = 0; i < s.w.size(); ++i) CHECK(s.w[i] == s.m[i]);
  });
}

}  // namespace
}  // namespace convoy::kernels
