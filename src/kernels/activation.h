#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// Activation functions on `count` numbers. Forward assigns y = f(x); y may be x. Backward assigns dx = f'(x) dy; dx
/// may be dy. Functions that
/// take y compute the derivative from the output, so that forward may overwrite its input.
struct ActivationKernels {
  using Forward = void (*)(float* y, const float* x, std::size_t count);
  using Backward = void (*)(float* dx, const float* dy, const float* y, std::size_t count);

  Forward relu, relu6, sigmoid, tanh;
  Backward d_relu, d_relu6, d_sigmoid, d_tanh;  ///< from y

  /// x for x > 0, else slope * x; slope > 0, so that the output's sign is the input's.
  void (*leaky_relu)(float* y, const float* x, std::size_t count, float slope);
  void (*d_leaky_relu)(float* dx, const float* dy, const float* y, std::size_t count, float slope);

  /// x for x > 0, else alpha * (exp(x) - 1); alpha >= 0.
  void (*elu)(float* y, const float* x, std::size_t count, float alpha);
  void (*d_elu)(float* dx, const float* dy, const float* y, std::size_t count, float alpha);

  /// elu with Klambauer et al.'s scale and alpha (2017); x / 6 + 1/2 between 0 and 1; log(1 + exp(x)).
  Forward selu, hard_sigmoid, softplus;
  Backward d_selu, d_hard_sigmoid, d_softplus;  ///< from y

  /// x * Phi(x) by a tanh; x * hard_sigmoid(x); x * tanh(softplus(x)).
  Forward gelu_tanh, hard_swish, mish;
  Backward d_gelu_tanh, d_hard_swish, d_mish;  ///< from x

  /// x for x > 0, else slope * x with a slope for each number. Backward adds to d_slopes and assigns
  /// dx; either may be null.
  void (*prelu)(float* y, const float* x, const float* slopes, std::size_t count);
  void (*d_prelu)(float* dx, float* d_slopes, const float* dy, const float* x, const float* slopes, std::size_t count);

  Forward gelu, silu;  ///< x * Phi(x), with the exact normal distribution (Hendrycks & Gimpel 2016); x * sigmoid(x)
  Backward d_gelu, d_silu;  ///< from x, given in place of y
};

inline const ActivationKernels& activation() { return for_this_cpu<ActivationKernels>(); }

}  // namespace convoy::kernels
