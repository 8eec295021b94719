#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convoy/augmentation.h"
#include "convoy/callbacks.h"
#include "convoy/dataset.h"
#include "convoy/diagnostics.h"
#include "convoy/settings.h"

namespace convoy {

/// How to treat a last batch that is smaller than the others: train on it, drop it, or merge it into the one before.
enum class LastBatch { keep, drop, merge };

/// What to do when a loss or a gradient is not finite.
enum class OnNan { stop, skip, restore };

/// The validation samples: a data set, or a share of the training samples, the same of each class, drawn by the model's
/// seed and not trained on.
struct Validation {
  Dataset data = {};
  double share = 0;

  Validation() = default;
  Validation(Dataset samples) : data(std::move(samples)) {}  // NOLINT(google-explicit-constructor): validation = data
  Validation(double of_training) : share(of_training) {}     // NOLINT(google-explicit-constructor): validation = 0.1
  bool empty() const { return data.empty() && share == 0; }
};

/// How to train: the keys of [train], [data], [augmentation] and [diagnostics] of a configuration under the
/// same names, which `convoy config explain KEY` explains; and for programs the validation samples, callbacks and
/// restore_best.
struct FitOptions {
  int epochs = 10;
  int batch_size = 32;
  Validation validation = {};
  bool shuffle = true;
  LastBatch last_batch = LastBatch::keep;
  std::string scaling = "unit";
  Augmentation augmentation = {};
  bool restore_best = true;  ///< with a validation set or a monitor: end with the weights of this fit's best epoch
  std::optional<std::string> monitor = {};
  double min_delta = 0;
  int patience = 0;
  int top_k = 5;
  OnNan on_nan = OnNan::stop;
  int recalibrate = 0;
  int accumulate = 1;
  int groups = 8;
  Texts class_weights = {};
  double average = 0;
  bool evaluation_penalties = false;
  std::optional<int> log_steps = {};
  DiagnosticsOptions diagnostics = {};
  std::vector<Callback*> callbacks = {};
};

}  // namespace convoy
