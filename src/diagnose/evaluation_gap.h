#pragma once

#include <optional>
#include <string>

#include "convoy/callbacks.h"
#include "convoy/diagnostics.h"
#include "convoy/metrics.h"
#include "train/trainer.h"

/// Whether a run's kept weights do on other images what they did in training. Results do not depend on it.
namespace convoy {

/// The loss of a few of a trainer's images in train mode and in predict mode, with the present weights; nothing
/// changes. Where the two are far apart, also what the batch norms have learnt.
Diagnostics compare_modes(Trainer& trainer);

/// Where an evaluation of a run's kept weights is far from their training accuracy, the figures and the likely cause;
/// else "". `modes` are what compare_modes found, `kept` is the epoch of the weights, empty before the first.
std::string explain_evaluation(const Diagnostics& modes, const std::optional<EpochLog>& kept, const Evaluation& test,
                               const std::string& run);

}  // namespace convoy
