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

/// What a step of training needs to be repeated.
struct StepToExamine {
  const Network& network;
  const Weights& weights;  ///< before the step
  const Loss& loss;
  ThreadPool& pool;
  int groups;  ///< of samples
};

/// What identifies a pass: the last node that runs, and the seed and number that determine dropout's random numbers.
struct StepName {
  int last;
  std::uint64_t seed;
  std::uint32_t step;
};

/// A number that is not finite where one should be.
struct NotFinite {
  std::string what;      ///< in words: `the output of layer "conv2" is not finite (sample 3 of the batch)`
  bool in_data = false;  ///< it is a value of the data: no setting of the training is at fault
};

/// Repeats the forward and the backward pass on copies of the weights, and names the first tensor with a number that is
/// not finite: a weight, the input, an output, the loss or a gradient. Nothing where all are finite.
std::optional<NotFinite> first_not_finite(const StepToExamine& step, const Batch& batch, const StepName& name);

}  // namespace convoy
