#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/thread_pool.h"
#include "data/loader.h"
#include "graph/network.h"
#include "graph/weights.h"
#include "loss/loss.h"

namespace convoy {

/// A step of training, to be taken once more for a closer look.
struct StepToExamine {
  const Network& network;
  const Weights& weights;  ///< before the step
  const Loss& loss;
  ThreadPool& pool;
};

/// What names the work of the step: the last node that trained, and dropout's random numbers.
struct StepName {
  int last;
  std::uint64_t seed;
  std::uint32_t step;
};

/// A number that is not finite where one should be.
struct NotFinite {
  std::string what;      ///< in words: `the output of layer "conv2" is not finite (sample 3 of the batch)`
  bool in_data = false;  ///< it came with the data: no setting of the training is at fault
};

/// Repeats the forward and the backward pass with all activations and gradients kept, and tells which of them comes
/// first with a number that is not finite. Nothing where all of them are finite.
std::optional<NotFinite> first_not_finite(const StepToExamine& step, const Batch& batch, const StepName& name);

}  // namespace convoy
