#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

struct ElementwiseKernels {
  /// Assigns y = a + b; y may be a.
  void (*add)(float* y, const float* a, const float* b, std::size_t count);
  /// Assign y = a - b, y = a * b, and y = the larger of both (a if they are equal, NaN before numbers); y may be a.
  void (*subtract)(float* y, const float* a, const float* b, std::size_t count);
  void (*multiply)(float* y, const float* a, const float* b, std::size_t count);
  void (*maximum)(float* y, const float* a, const float* b, std::size_t count);
  /// Assigns y = factor * x; y may be x.
  void (*scale)(float* y, const float* x, std::size_t count, float factor);
  /// Adds factor * x to y.
  void (*add_scaled)(float* y, const float* x, std::size_t count, float factor);
  /// Assigns y = x * factor where keep is not 0, else 0; y may be x.
  void (*mask)(float* y, const float* x, const unsigned char* keep, std::size_t count, float factor);
  /// The sum of x^2, added up in double precision.
  double (*sum_of_squares)(const float* x, std::size_t count);
};

inline const ElementwiseKernels& elementwise() { return for_this_cpu<ElementwiseKernels>(); }

}  // namespace convoy::kernels
