#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "graph/network.h"
#include "graph/work_plan.h"

namespace convoy {

/// A batch's buffer in the block of activations.
struct Place {
  std::size_t offset = 0;     ///< floats
  std::ptrdiff_t stride = 0;  ///< floats from one sample to the next
};

/// Where all activations and their gradients lie in one block, before any of it is allocated.
struct MemoryPlan {
  Place input;
  std::vector<Place> outputs;                               ///< by node
  std::vector<std::optional<Place>> d_outputs;              ///< by node: nothing where no gradient is needed
  std::vector<std::vector<std::optional<Place>>> d_inputs;  ///< by node and input
  std::vector<std::vector<Place>> further_gradients;        ///< by node: from its 2nd, 3rd ... consumer, to be added to
                                                            ///< d_outputs, which the 1st consumer wrote
  std::size_t floats = 0;                                   ///< of the block
};

/// Which activations and gradients stay in memory after a pass.
enum class Retain { nothing, everything };

/// Plans for batches of up to max_batch samples. Layers that work in place share the buffer of what they read, where
/// nobody else needs it; buffers that are never in use at the same time share memory. With Retain::everything only
/// views share.
MemoryPlan plan_memory(const Network& network, const WorkPlan& work, Mode mode, int last, int max_batch,
                       Retain retain = Retain::nothing);

}  // namespace convoy
