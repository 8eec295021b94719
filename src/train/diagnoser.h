#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "data/loader.h"
#include "graph/profile.h"
#include "graph/session.h"
#include "train/probe.h"
#include "train/training_task.h"

namespace convoy {

/// Looks at a training step from before and after it: what it changed, how long each layer took, and what the network
/// makes of a probe.
class Diagnoser {
 public:
  /// `task` must outlive it. Throws Error{config} for percentiles of what is not there.
  Diagnoser(const TrainingTask& task, int last, const DiagnosticsOptions& options, const LoaderOptions& batches);

  /// From now on `session` is timed, until its profile is taken away.
  void before_step(Session& session);
  /// `images` is the size of the step's batch, `step` counts this one.
  Diagnostics after_step(Session& session, int images, std::uint64_t step, int epoch);

  /// Why evaluation is much worse than training, if it is and was not at the last look; else "". `run` is the folder
  /// for the command that mends it.
  std::string new_warning(const Diagnostics& found, const std::string& run);

 private:
  LayerDiagnostics look_at(int node, std::span<const float> gradients, int images) const;

  const TrainingTask& task_;
  int last_;
  std::vector<float> before_;  ///< the parameters before the step
  std::optional<Profile> profile_;
  Probe probe_;
  bool warned_ = false;
};

}  // namespace convoy
