#pragma once

#include "core/cpu.h"

namespace convoy::kernels {

/// Kernels are compiled from one source for each instruction set (see CMakeLists.txt here). A kernel group is a struct
/// of function pointers, declared in the group's header; its source, compiled with CONVOY_KERNEL_ISA set to baseline,
/// avx2 or avx512, defines
///
///     template <> const PoolKernels Table<PoolKernels, Isa::CONVOY_KERNEL_ISA>::functions = {max_forward, ...};
///
/// (A static member, since GCC 12 takes a specialised const variable template for a local of its source.)
/// Everything else in such a source has internal linkage, and it includes no header with inline functions beyond
/// simd.h: the linker could otherwise keep the AVX-512 copy of one for everybody.
template <class Group, Isa isa>
struct Table {
  static const Group functions;
};

/// The group's functions for this CPU.
template <class Group>
const Group& for_this_cpu() {
#if defined(__x86_64__)
  switch (cpu_isa()) {
    case Isa::avx512: return Table<Group, Isa::avx512>::functions;
    case Isa::avx2: return Table<Group, Isa::avx2>::functions;
    case Isa::baseline: break;
  }
#endif
  return Table<Group, Isa::baseline>::functions;
}

}  // namespace convoy::kernels
