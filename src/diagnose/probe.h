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

/// So many of the validation images, or of the training images where those do not fill a batch: of each class its share
/// and in whole batches that mix them, as in training, so that batch norm sees values like those.
Loader probe_loader(const TrainingTask& task, int images, const LoaderOptions& batches);

/// A fixed set of samples that goes through a network now and then, in train mode (on a copy of the weights, so that
/// nothing moves) and in predict mode.
class Probe {
 public:
  /// `task` must outlive it. Throws Error{config} for percentiles of what is not
  /// there.
  Probe(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches);

  /// Fills in the losses, the percentiles and the batch norms. Returns for each node the share of its channels that are
  /// 0 for all samples, where it is a ReLU.
  std::vector<std::optional<double>> look(Diagnostics& found);

 private:
  /// A batch norm and what comes in.
  struct Norm {
    int node;
    ChannelMoments in_training = {};
    ChannelMoments in_prediction = {};
  };
  /// A ReLU and which of its channels were ever above 0.
  struct Rectifier {
    int node;
    std::vector<bool> alive = {};
  };

  template <class Observe>
  double pass(Session& session, std::uint64_t step, const Observe& observe);
  void observe_training(int batch);
  void observe_prediction(int batch);
  void observe_inputs(Session& session, ChannelMoments Norm::*moments, int batch);
  void clear();
  BatchNormDiagnostics compare(const Norm& norm) const;

  const TrainingTask& task_;
  Weights copy_;
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
