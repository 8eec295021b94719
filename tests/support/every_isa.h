#pragma once

#include <vector>

#include "kernels/isa.h"

namespace convoy::test {

/// A kernel group in every version that this CPU runs.
template <class Group>
std::vector<const Group*> every_isa() {
  std::vector<const Group*> groups = {&kernels::Table<Group, Isa::baseline>::functions};
#if defined(__x86_64__)
  if (cpu_isa() >= Isa::avx2) groups.push_back(&kernels::Table<Group, Isa::avx2>::functions);
  if (cpu_isa() >= Isa::avx512) groups.push_back(&kernels::Table<Group, Isa::avx512>::functions);
#endif
  return groups;
}

}  // namespace convoy::test
