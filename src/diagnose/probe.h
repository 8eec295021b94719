#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "convoy/diagnostics.h"
#include "data/loader.h"
#include "diagnose/watched_tensor.h"
#include "graph/session.h"
#include "train/channel_moments.h"
#include "train/training_task.h"

namespace convoy {

/// A loader of so many validation images, or training images where those do not fill a batch. Each class has its share,
/// and batches are whole and mixed as in training, so that batch norm sees similar values.
Loader probe_loader(const TrainingTask& task, int images, const LoaderOptions& batches);

/// A fixed set of samples that is run through a network in train mode (on a copy of the weights, so that nothing moves)
/// and in predict mode, to observe what happens inside.
class Probe {
 public:
  /// `task` must outlive it. Throws Error{config} for percentiles of tensors that do not exist.
  Probe(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches);

  /// Runs the probe with the present weights and sets losses, percentiles and batch norms of the record. Returns for
  /// each node that is a ReLU the share of its channels that are 0 for all samples.
  std::vector<std::optional<double>> observe(Diagnostics& found);

 private:
  /// A batch norm and the moments of its input in both modes.
  struct Norm {
    int node;
    ChannelMoments in_training = {};
    ChannelMoments in_prediction = {};
  };
  /// A ReLU, and for each channel whether it was above 0 for some sample.
  struct Rectifier {
    int node;
    std::vector<bool> alive = {};
  };

  /// Runs all batches through a session, calling observe(batch size) after each; returns the mean loss.
  template <class Observe>
  double pass(Session& session, std::uint64_t step, const Observe& observe);
  /// Adds a batch in train mode to the batch norms, watched tensors and ReLUs.
  void observe_training(int batch);
  /// Adds a batch in predict mode to the batch norms.
  void observe_prediction(int batch);
  /// Adds the inputs of all batch norms to their `moments`.
  void observe_inputs(Session& session, ChannelMoments Norm::*moments, int batch);
  /// Forgets what was observed before.
  void clear();
  /// Compares a batch norm's moving statistics with the moments that were observed.
  BatchNormDiagnostics compare(const Norm& norm) const;

  const TrainingTask& task_;
  Weights copy_;  ///< of the weights, for train mode
  Loader loader_;
  std::uint64_t seed_;
  Session training_;
  Session prediction_;
  std::vector<double> losses_;
  std::vector<Norm> norms_;
  std::vector<Rectifier> rectifiers_;
  std::vector<WatchedTensor> watched_;
};

}  // namespace convoy
