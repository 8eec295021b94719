#pragma once

#include "core/cpu.h"

namespace convoy::kernels {

/// Kernels are compiled from one source for each instruction set (see CMakeLists.txt here). A kernel group is a struct
/// of function pointers, declared in the group's header; its source, compiled with CONVOY_KERNEL_ISA set to baseline,
/// avx2 or avx512, defines
///
///     template <> const PoolKernels table<PoolKernels, Isa::CONVOY_KERNEL_ISA> = {max_forward, ...};
///
/// Everything else in such a source has internal linkage, and it includes no header with inline functions beyond
/// simd.h: the linker could otherwise keep the AVX-512 copy of one for everybody.
template <class Group, Isa isa>
extern const Group table;

/// The group's functions for this CPU.
template <class Group>
const Group& for_this_cpu() {
#if defined(__x86_64__)
  switch (cpu_isa()) {
    case Isa::avx512: return table<Group, Isa::avx512>;
    case Isa::avx2: return table<Group, Isa::avx2>;
    case Isa::baseline: break;
  }
#endif
  return table<Group, Isa::baseline>;
}

}  // namespace convoy::kernels
