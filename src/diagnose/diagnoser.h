#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "data/loader.h"
#include "diagnose/probe.h"
#include "graph/profile.h"
#include "graph/session.h"
#include "train/step_observer.h"
#include "train/training_task.h"

namespace convoy {

/// Looks at a training step from before and after it: what it changed, how long each layer took, and what the network
/// makes of a probe.
class Diagnoser final : public StepObserver {
 public:
  /// `task` must outlive it; `run` is the run's folder, for the commands that warnings name. Throws Error{config} for
  /// percentiles of what is not there.
  Diagnoser(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches,
            const std::string& run);

  bool wants_step(std::uint64_t step) const override { return step % every_ == 0; }
  void before_step(Session& session) override;
  void after_step(Session& session, const Step& step, const std::vector<Callback*>& callbacks) override;

 private:
  Diagnostics look(Session& session, const Step& step);
  std::string new_warning(const Diagnostics& found);
  LayerDiagnostics look_at(int node, std::span<const float> gradients, int images) const;

  const TrainingTask& task_;
  std::uint64_t every_;
  std::string run_;
  int last_;
  std::vector<float> before_;  ///< the parameters before the step
  std::optional<Profile> profile_;
  Probe probe_;
  bool warned_ = false;
};

}  // namespace convoy
