#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace convoy {

/// The size of a buffer, and the first and the last step of the work in which it is in use.
struct Lifetime {
  std::size_t floats = 0;
  int first = 0;
  int last = 0;
};

/// Places of buffers in one block.
struct ArenaPlan {
  std::vector<std::size_t> offsets;  ///< in floats, by buffer
  std::size_t floats = 0;            ///< size of the block
};

/// Gives buffers places in one block so that buffers in use at the same time never overlap. Greedy by size: the largest
/// first, each at the lowest offset that is free (Pisarchyk & Lee 2020, "Efficient memory management for deep neural
/// net inference", section 5).
ArenaPlan plan_arena(std::span<const Lifetime> buffers);

}  // namespace convoy
