#include "kernels/activation.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "support/compare.h"
#include "support/every_isa.h"

namespace convoy::kernels {
namespace {

using test::Floats;
using test::not_a_number;

using Function = std::function<double(double)>;

constexpr float leaky_slope = 0.25F;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double hard_logistic(double x) { return std::min(std::max(x / 6 + 0.5, 0.0), 1.0); }
double hard_slope(double x) { return std::abs(x) < 3 ? 1.0 / 6 : 0; }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double gelu_tangent(double x) { return std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)); }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// One activation: how to call the kernel, and its definition.
struct ActivationCase {
  std::string name;
  std::function<void(const ActivationKernels&, float* y, const float* x, std::size_t count)> forward;
  std::function<void(const ActivationKernels&, float* dx, const float* dy, const float* from, std::size_t count)>
      backward;
  Function f, derivative;
  bool from_output = true;  ///< backward takes y, else x
};

ActivationCase simple(const char* name, ActivationKernels::Forward ActivationKernels::*forward,
                      ActivationKernels::Backward ActivationKernels::*backward, Function f, Function derivative,
                      bool from_output = true) {
  return {name,
          [=](const ActivationKernels& k, float* y, const float* x, std::size_t count) { (k.*forward)(y, x, count); },
          [=](const ActivationKernels& k, float* dx, const float* dy, const float* from, std::size_t count) {
            (k.*backward)(dx, dy, from, count);
          },
          std::move(f),
          std::move(derivative),
          from_output};
}

std::vector<ActivationCase> activation_cases() {
  using K = ActivationKernels;
  const auto sigmoid_slope = [](double x) { return logistic(x) * (1 - logistic(x)); };
  return {
      simple(
          "relu", &K::relu, &K::d_relu, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0; }),
      simple(
          "relu6", &K::relu6, &K::d_relu6, [](double x) { return std::min(std::max(x, 0.0), 6.0); },
          [](double x) { return x > 0 && x < 6; }),
      simple("sigmoid", &K::sigmoid, &K::d_sigmoid, logistic, sigmoid_slope),
      simple(
          "tanh", &K::tanh, &K::d_tanh, [](double x) { return std::tanh(x); },
          [](double x) { return 1 - std::tanh(x) * std::tanh(x); }),
      {"leaky_relu",
       [](const K& k, float* y, const float* x, std::size_t count) { k.leaky_relu(y, x, count, leaky_slope); },
       [](const K& k, float* dx, const float* dy, const float* y, std::size_t count) {
         k.d_leaky_relu(dx, dy, y, count, leaky_slope);
       },
       [](double x) { return x > 0 ? x : leaky_slope * x; }, [](double x) { return x > 0 ? 1 : leaky_slope; }},
      {"elu", [](const K& k, float* y, const float* x, std::size_t count) { k.elu(y, x, count, leaky_slope); },
       [](const K& k, float* dx, const float* dy, const float* y, std::size_t count) {
         k.d_elu(dx, dy, y, count, leaky_slope);
       },
       [](double x) { return x > 0 ? x : leaky_slope * std::expm1(x); },
       [](double x) { return x > 0 ? 1 : leaky_slope * std::exp(x); }},
      simple(
          "selu", &K::selu, &K::d_selu,
          [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)); },
          [](double x) { return 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * std::exp(x)); }),
      simple("hard_sigmoid", &K::hard_sigmoid, &K::d_hard_sigmoid, hard_logistic, hard_slope),
      simple("softplus", &K::softplus, &K::d_softplus, softplus, logistic),
      simple(
          "gelu_tanh", &K::gelu_tanh, &K::d_gelu_tanh, [](double x) { return 0.5 * x * (1 + gelu_tangent(x)); },
          [](double x) {
            const double t = gelu_tangent(x);
            const double inner = std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x);
            return 0.5 * (1 + t + x * (1 - t * t) * inner);
          },
          false),
      simple(
          "hard_swish", &K::hard_swish, &K::d_hard_swish, [](double x) { return x * hard_logistic(x); },
          [](double x) { return hard_logistic(x) + x * hard_slope(x); }, false),
      simple(
          "mish", &K::mish, &K::d_mish, [](double x) { return x * std::tanh(softplus(x)); },
          [](double x) {
            const double t = std::tanh(softplus(x));
            return t + x * logistic(x) * (1 - t * t);
          },
          false),
      simple(
          "gelu", &K::gelu, &K::d_gelu, [](double x) { return x * normal_cdf(x); },
          [](double x) { return normal_cdf(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }, false),
      simple(
          "silu", &K::silu, &K::d_silu, [](double x) { return x * logistic(x); },
          [=](double x) { return logistic(x) + x * sigmoid_slope(x); }, false)};
}

std::vector<double> map(const Function& f, const Floats& x) {
  std::vector<double> y;
  for (const float value : x) y.push_back(f(double{value}));
  return y;
}

TEST_CASE("activations and their derivatives follow the definitions") {
  for (const auto* kernels : test::every_isa<ActivationKernels>()) {
    for (const ActivationCase& activation : activation_cases()) {
      for (const std::size_t count : {1U, 7U, 13U, 127U, 1000U}) {
        CAPTURE(activation.name);
        CAPTURE(count);
        const Floats x = test::normal_floats(count, 1, 0.1F, 3);
        const Floats dy = test::normal_floats(count, 2);
        Floats y(count);
        activation.forward(*kernels, y.data(), x.data(), count);
        CHECK(test::relative_distance(y, map(activation.f, x)) < 1e-6);
        Floats dx(count);
        activation.backward(*kernels, dx.data(), dy.data(), activation.from_output ? y.data() : x.data(), count);
        auto want = map(activation.derivative, x);
        for (std::size_t i = 0; i < count; ++i) want[i] *= double{dy[i]};
        CHECK(test::relative_distance(dx, want) < 1e-5);
      }
    }
  }
}

TEST_CASE("in place they compute the same bits") {
  for (const auto* kernels : test::every_isa<ActivationKernels>()) {
    for (const ActivationCase& activation : activation_cases()) {
      CAPTURE(activation.name);
      const Floats x = test::normal_floats(127, 3, 0, 3);
      Floats y(x.size());
      activation.forward(*kernels, y.data(), x.data(), x.size());
      Floats same = x;
      activation.forward(*kernels, same.data(), same.data(), same.size());
      CHECK(same == y);
      const Floats& from = activation.from_output ? y : x;
      const Floats dy = test::normal_floats(127, 4);
      Floats dx(x.size());
      activation.backward(*kernels, dx.data(), dy.data(), from.data(), dx.size());
      Floats same_dx = dy;
      activation.backward(*kernels, same_dx.data(), same_dx.data(), from.data(), dx.size());
      CHECK(same_dx == dx);
    }
  }
}

TEST_CASE("large numbers saturate and NaN is not hidden") {
  constexpr float large = 1e4F;
  for (const auto* kernels : test::every_isa<ActivationKernels>()) {
    for (const ActivationCase& activation : activation_cases()) {
      CAPTURE(activation.name);
      const Floats x = {-large, large, not_a_number, -large, large, not_a_number, -large, large, not_a_number};
      Floats y(x.size());
      activation.forward(*kernels, y.data(), x.data(), x.size());
      for (std::size_t i = 0; i < x.size(); i += 3) {
        CHECK(y[i] == doctest::Approx(activation.f(-double{large})));
        CHECK(y[i + 1] == doctest::Approx(activation.f(double{large})));
        CHECK(std::isnan(y[i + 2]));
      }
    }
  }
}

}  // namespace
}  // namespace convoy::kernels
