#include "core/cpu.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "convoy/error.h"
#include "convoy/machine.h"

namespace convoy {

Isa best_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#if defined(CONVOY_EMULATE_AVX512)
  if (avx2) return Isa::avx512;
#endif
  if (avx512) return Isa::avx512;
  if (avx2) return Isa::avx2;
#endif
  return Isa::baseline;
}

namespace {

/// The instruction set that cpu_isa() returns, read from the CPU and CONVOY_ISA.
Isa chosen_isa() {
  const char* wanted = std::getenv("CONVOY_ISA");
  return isa_named(wanted == nullptr ? "" : wanted, best_isa());
}

}  // namespace

Isa isa_named(const std::string& wanted, Isa best) {
  if (wanted.empty()) return best;
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (isa_name(isa) != wanted) continue;
    if (isa <= best) return isa;
    throw Error(ErrorKind::config, "CONVOY_ISA=" + wanted + ": this CPU has no more than " + isa_name(best));
  }
  throw Error(ErrorKind::config, "CONVOY_ISA=" + wanted + ": expected baseline, avx2 or avx512");
}

Isa cpu_isa() {
  static const Isa isa = chosen_isa();
  return isa;
}

std::string isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx512: return "avx512";
    case Isa::avx2: return "avx2";
    case Isa::baseline: break;
  }
  return "baseline";
}

std::string instruction_set() { return isa_name(cpu_isa()); }

int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::uint64_t flush_denormals() {
#if defined(__x86_64__)
  const unsigned saved = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(saved | 0x8040U);  // flush to zero, denormals are zero
  return saved;
#elif defined(__aarch64__)
  std::uint64_t saved = 0;
  asm volatile("mrs %0, fpcr" : "=r"(saved));
  asm volatile("msr fpcr, %0" ::"r"(saved | (std::uint64_t{1} << 24)));
  return saved;
#else
  return 0;
#endif
}

void restore_denormals(std::uint64_t saved) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(static_cast<unsigned>(saved));
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" ::"r"(saved));
#else
  (void)saved;
#endif
}

}  // namespace convoy
