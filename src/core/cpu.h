#pragma once

#include <cstdint>
#include <string>

namespace convoy {

/// The instruction sets that kernels are compiled for, in ascending order.
enum class Isa { baseline, avx2, avx512 };

/// The best of them on this CPU, or what the environment variable CONVOY_ISA names ("baseline", "avx2", "avx512").
/// Decided at the first call. Throws Error{config} for another name or one the CPU lacks.
Isa cpu_isa();
/// The best of them on this CPU, whatever CONVOY_ISA says.
Isa best_isa();
/// "avx2"
std::string isa_name(Isa isa);
/// "AMD EPYC ..." or "unknown".
std::string cpu_name();

/// Makes this thread treat denormal numbers as zero, which they slow down by a factor of 100; returns the mode before.
std::uint64_t flush_denormals();
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
