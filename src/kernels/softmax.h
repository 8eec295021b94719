#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

struct SoftmaxKernels {
  /// Assigns y = exp(x - max) / sum exp(x - max) over each of `rows` runs of `classes` numbers; y may be x.
  void (*forward)(float* y, const float* x, std::size_t rows, std::size_t classes);
  /// Assigns dx = y (dy - sum(y dy)); dx may be dy.
  void (*backward)(float* dx, const float* dy, const float* y, std::size_t rows, std::size_t classes);

  /// Assigns y = x - max - log(sum exp(x - max)) over each run; y may be x.
  void (*log_forward)(float* y, const float* x, std::size_t rows, std::size_t classes);
  /// Assigns dx = dy - exp(y) sum(dy); dx may be dy.
  void (*log_backward)(float* dx, const float* dy, const float* y, std::size_t rows, std::size_t classes);
};

inline const SoftmaxKernels& softmax() { return for_this_cpu<SoftmaxKernels>(); }

}  // namespace convoy::kernels
