#pragma once

#include <optional>
#include <string>

#include "convoy/callbacks.h"
#include "convoy/diagnostics.h"
#include "convoy/metrics.h"
#include "data/loader.h"
#include "graph/session.h"
#include "train/training_task.h"

/// Whether a run's kept weights do on other images what they did in training. Results do not depend on it.
namespace convoy {

/// The loss of a few images in train mode, on a session for training, and in predict mode; moving statistics stay.
/// Where they are far apart, also what the batch norms have learnt.
Diagnostics compare_modes(const TrainingTask& task, Session& training, int last, const LoaderOptions& batches);

/// Where an evaluation of a run's kept weights is far from their training accuracy, the figures and the likely cause;
/// else "". `modes` are what compare_modes found, `kept` is the epoch of the weights, empty before the first.
std::string explain_evaluation(const Diagnostics& modes, const std::optional<EpochLog>& kept, const Evaluation& test,
                               const std::string& run);

}  // namespace convoy
