#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "graph/network.h"
#include "graph/work_plan.h"

namespace convoy {

/// The place of a batch's buffer in the block of activations.
struct Place {
  std::size_t offset = 0;     ///< floats
  std::ptrdiff_t stride = 0;  ///< floats from one sample to the next, or from one worker to the next
  bool by_worker = false;     ///< whether each worker has one sample's place, for the sample that it works on
};

/// The places of all activations and their gradients in one block, which is allocated later.
struct MemoryPlan {
  Place input;
  std::vector<Place> outputs;                               ///< by node
  std::vector<std::optional<Place>> d_outputs;              ///< by node: nothing where no gradient is needed
  std::vector<std::vector<std::optional<Place>>> d_inputs;  ///< by node and input
  std::vector<std::vector<Place>> further_gradients;        ///< by node: written by its 2nd, 3rd ... consumer; to be
                                                            ///< added to d_outputs, which the 1st consumer writes
  std::size_t floats = 0;                                   ///< of the block
};

/// Whether the activations and gradients of all nodes stay readable after a pass, or share memory.
enum class Retain { nothing, everything };

/// Plans nodes 0 to `last` for batches of up to max_batch samples and so many workers. A layer that works in place
/// writes over its input where no other layer needs that; buffers that are never in use at the same time share memory;
/// and of what is in use only while a sample goes through a segment, each worker has one, which stays in its cache.
/// With Retain::everything only views share.
MemoryPlan plan_memory(const Network& network, const WorkPlan& work, Mode mode, int last, int max_batch, int workers,
                       Retain retain = Retain::nothing);

}  // namespace convoy
