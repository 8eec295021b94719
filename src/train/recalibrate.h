#pragma once

#include <cstdint>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/model.h"
#include "data/loader.h"
#include "graph/session.h"
#include "train/channel_moments.h"

namespace convoy {

/// Whether there is a batch norm that is not frozen, whose statistics a Recalibrator would replace.
bool has_trained_batch_norm(const Network& network);

/// Computes the statistics of batch norms over many batches ("precise batch norm", Wu & Johnson 2021): one pass in
/// training mode, in which every batch is normalised by its own statistics, as it was in training. Mean and variance
/// are those of all values of the pass.
class Recalibrator {
 public:
  /// Draws options.images samples of `data` by `seed`, which determines dropout as well. Sums over samples are made in
  /// so many `groups`. Network and pool must outlive it. Throws Error{config} for a network without a batch norm that
  /// is trained, Error{data} for data of another shape.
  Recalibrator(const Network& network, ThreadPool& pool, const Dataset& data, const Scaling& scaling,
               const RecalibrateOptions& options, std::uint64_t seed, int groups = SampleGroups::by_default);

  /// Replaces the moving statistics in `weights`, except those of frozen layers, and returns how far each layer's were
  /// off. Where it throws, nothing has changed.
  std::vector<Recalibration> run(Weights& weights);

 private:
  /// A batch norm with the moments of its input.
  struct Population {
    int node;
    ChannelMoments input = {};
  };

  Recalibration replace_statistics(const Population& population, Weights& weights) const;

  const Network& network_;
  std::uint64_t seed_;
  Loader loader_;
  Weights weights_;  ///< of the session, whose passes move their moving statistics
  Session session_;
  std::vector<Population> populations_;
};

}  // namespace convoy
