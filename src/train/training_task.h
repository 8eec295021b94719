#pragma once

#include <cstdint>

#include "convoy/dataset.h"
#include "convoy/settings.h"
#include "core/thread_pool.h"
#include "graph/network.h"
#include "graph/weights.h"
#include "loss/loss.h"
#include "train/batch.h"

namespace convoy {

/// What is to be trained, on which samples, and how. What the references refer to must outlive the trainer.
struct TrainingTask {
  const Network& network;
  Weights& weights;
  const Loss& loss;
  Spec optimizer;
  Spec schedule;
  ThreadPool& pool;
  Dataset train;
  Dataset validation;  ///< may be empty
  Scaling scaling;
  std::uint64_t seed;  ///< of the order of samples, augmentation and dropout

  /// The last node that runs in training.
  int last_node() const { return convoy::last_node(network, loss.link()); }
};

}  // namespace convoy
