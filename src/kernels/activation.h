#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// Activation functions on `count` numbers. Forward assigns y = f(x); y may be x. Backward assigns dx = f'(x) dy; dx
/// may be dy. Those that take y compute the derivative from the output, so their forward may overwrite its input.
struct ActivationKernels {
  using Forward = void (*)(float* y, const float* x, std::size_t count);
  using Backward = void (*)(float* dx, const float* dy, const float* y, std::size_t count);

  Forward relu, relu6, sigmoid, tanh;
  Backward d_relu, d_relu6, d_sigmoid, d_tanh;  ///< from y

  /// x for x > 0, else slope * x; slope > 0, so that the output's sign is the input's.
  void (*leaky_relu)(float* y, const float* x, std::size_t count, float slope);
  void (*d_leaky_relu)(float* dx, const float* dy, const float* y, std::size_t count, float slope);

  Forward gelu, silu;  ///< x * Phi(x), with the exact normal distribution (Hendrycks & Gimpel 2016); x * sigmoid(x)
  Backward d_gelu, d_silu;  ///< from x, given in place of y
};

inline const ActivationKernels& activation() { return for_this_cpu<ActivationKernels>(); }

}  // namespace convoy::kernels
