#pragma once

#include <string>

namespace convoy {

/// The cores that this process may use, at least 1.
int cores();

/// The name of the instruction set that convoy computes with: the best of this CPU, or the one that the environment
/// variable CONVOY_ISA names: "baseline", "avx2" or "avx512". Throws Error{config} for another name and for one that
/// the CPU lacks.
std::string instruction_set();

/// The largest resident set of this process so far, in MB (2^20 bytes).
double peak_rss_mb();

}  // namespace convoy
