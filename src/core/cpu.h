#pragma once

#include <cstdint>
#include <string>

namespace convoy {

/// The instruction sets that kernels are compiled for, in ascending order.
enum class Isa { baseline, avx2, avx512 };

/// The instruction set to compute with: the best of this CPU, or the one that the environment variable CONVOY_ISA
/// names, as read at the first call. Throws Error{config} for another name than "baseline", "avx2" or "avx512", and for
/// one that the CPU lacks.
Isa cpu_isa();
/// The instruction set that CONVOY_ISA names on a CPU with this best one, which it stands for where it is empty. Throws
/// as cpu_isa().
Isa isa_named(const std::string& wanted, Isa best);
/// The best instruction set of this CPU, whatever CONVOY_ISA says.
Isa best_isa();
/// The name of an instruction set: "baseline", "avx2" or "avx512".
std::string isa_name(Isa isa);
/// The CPU's model name from /proc/cpuinfo: "AMD EPYC ..."; "unknown" where it has none.
std::string cpu_name();

/// Makes this thread treat denormal numbers as 0, since they are a hundred times slower; returns the mode before, for
/// restore_denormals().
std::uint64_t flush_denormals();
/// Sets this thread's floating-point mode, from flush_denormals().
void restore_denormals(std::uint64_t saved);

/// Tells the CPU that this is a spinning loop.
inline void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace convoy
