#pragma once

#include <optional>
#include <string>

#include "convoy/dataset.h"
#include "diagnose/diagnoser.h"
#include "model/model_impl.h"
#include "train/trainer.h"

namespace convoy {

/// Prepares a model for training as its configuration says, and holds the trainer and the diagnostics. Runs,
/// Model::fit, benchmarks and checks all train through it.
class Training {
 public:
  /// Sets the model's scaling to that of `train` and, if it has none yet, its class names. `run` is the run folder that
  /// commands in warnings name. Throws Error where model and data do not fit, or a key does not fit the model.
  Training(Model::Impl& model, const Dataset& train, const Dataset& validation = {}, const std::string& run = "RUN");
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  Trainer& trainer() { return trainer_; }

 private:
  FitOptions options_;
  Trainer trainer_;
  std::optional<Diagnoser> diagnoser_;
};

}  // namespace convoy
