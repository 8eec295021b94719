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

/// Makes a Diagnostics record of every n-th training step: norms and changes of the weights, the time of each layer,
/// and what a probe shows. Sends it to the callbacks, with a warning where evaluation does much worse than training.
class Diagnoser final : public StepObserver {
 public:
  /// `task` must outlive it; `run` is the run folder that commands in warnings name. Throws Error{config} for
  /// percentiles of tensors that do not exist.
  Diagnoser(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches,
            const std::string& run);

  bool wants_step(std::uint64_t step) const override { return step % every_ == 0; }
  /// Copies the parameters, and has the session record times.
  void before_step(Session& session) override;
  /// Makes the record and sends it, unless the step was given up.
  void after_step(Session& session, const Step& step, const std::vector<Callback*>& callbacks) override;

 private:
  Diagnostics record_of(Session& session, const Step& step);
  /// Explains why evaluation does much worse than training; "" if it does not or if the last record had this warning
  /// too. Sets warned_.
  std::string new_warning(const Diagnostics& found);
  /// Norms and times of one node; norms only where it has parameters.
  LayerDiagnostics record_of_node(int node, std::span<const float> gradients, int images) const;

  const TrainingTask& task_;
  std::uint64_t every_;
  std::string run_;
  int last_;
  std::vector<float> before_;       ///< the parameters before the step
  std::optional<Profile> profile_;  ///< times of the step
  Probe probe_;
  bool warned_ = false;  ///< the last record had a warning
};

}  // namespace convoy
