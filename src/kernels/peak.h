#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace convoy::kernels {

/// What the arithmetic units could do at most, for benchmarks.
struct PeakKernels {
  int flops_a_round;
  /// Multiplies and adds in registers, `rounds` times flops_a_round operations. Returns a number so that the compiler
  /// keeps the work.
  float (*multiply_add)(std::int64_t rounds);
};

inline const PeakKernels& peak() { return for_this_cpu<PeakKernels>(); }

}  // namespace convoy::kernels
