#pragma once

#include <cstddef>

#include "core/sample_groups.h"
#include "kernels/isa.h"

namespace convoy::kernels {

/// The rows of a batch: sample n begins at data + n * stride.
template <class T>
struct Rows {
  T* data;
  std::ptrdiff_t stride;
};

// Dense layers with few outputs, such as a classifier's 36864 -> 10, where a general GEMM has nothing to block over. x
// is batch x inputs, w and dw are inputs x units, y and dy batch x units. Each function works on the inputs [begin,
// end) only, for all samples, with a block of the weights in the L1 cache.

/// Assigns partial = x w over these inputs, batch x units. A sample's result does not depend on the other samples.
void few_units_forward(Rows<float> partial, Rows<const float> x, const float* w, int begin, int end, int units,
                       int batch);

/// A kernel group (see isa.h).
struct DenseKernels {
  /// Adds x^T dy to dw, and assigns dx = dy w^T unless dx.data is null. dw may be null as well. Vectorises along the
  /// inputs.
  void (*backward)(Rows<float> dx, float* dw, Rows<const float> dy, Rows<const float> x, const float* w, int begin,
                   int end, int units, const SampleGroups& groups);

  /// Adds x^T dy to dw, for any number of units. Vectorises along these.
  void (*weight_gradient)(float* dw, Rows<const float> dy, Rows<const float> x, int begin, int end, int units,
                          const SampleGroups& groups);
};

/// The most units that these kernels take.
constexpr int most_few_units = 16;

inline const DenseKernels& dense() { return for_this_cpu<DenseKernels>(); }

}  // namespace convoy::kernels
