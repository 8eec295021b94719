#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace convoy::kernels {

/// Work that keeps all arithmetic units busy, by which benchmarks measure the CPU's peak.
struct PeakKernels {
  int flops_a_round;
  /// Does rounds * flops_a_round multiplications and additions in registers. The result only keeps the compiler from
  /// leaving them out.
  float (*multiply_add)(std::int64_t rounds);
};

inline const PeakKernels& peak() { return for_this_cpu<PeakKernels>(); }

}  // namespace convoy::kernels
