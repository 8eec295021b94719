#pragma once

#include <optional>
#include <string>

#include "convoy/callbacks.h"
#include "convoy/diagnostics.h"
#include "convoy/metrics.h"
#include "train/trainer.h"

/// Compares how a run's best weights do on other images and in training. Results of training do not depend on it.
namespace convoy {

/// Sets train_mode_loss and predict_mode_loss of a record: the losses of 128 of a trainer's images with the present
/// weights, which stay as they are. Where the two are far apart, also batch_norms.
Diagnostics compare_modes(Trainer& trainer);

/// A text with the figures and the likely cause where the evaluation `test` of a run's best weights is far from their
/// training accuracy; else "". `modes` is the result of compare_modes, `kept` the epoch of the weights, empty before
/// the first ends; `run` is the folder that commands name.
std::string explain_evaluation(const Diagnostics& modes, const std::optional<EpochLog>& kept, const Evaluation& test,
                               const std::string& run);

}  // namespace convoy
