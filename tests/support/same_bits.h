#pragma once

#include <cstring>
#include <span>

#include "support/compare.h"
#include "support/every_isa.h"

namespace convoy::test {

/// Whether both hold the same bits; NaN equals NaN, whatever its sign.
inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != a[i] && b[i] != b[i]) continue;
    if (std::memcmp(&a[i], &b[i], sizeof a[i]) != 0) return false;
  }
  return true;
}

/// Whether compute(kernels) makes the same bits with every version of the group that has a fused multiply-add. (Plain
/// x86-64 has none.)
template <class Group, class Compute>
bool same_bits_on_every_isa(const Compute& compute) {
  auto groups = every_isa<Group>();
#if defined(__x86_64__)
  groups.erase(groups.begin());
#endif
  for (const auto* group : groups) {
    if (!same_bits(compute(*group), compute(*groups.front()))) return false;
  }
  return true;
}

}  // namespace convoy::test
