#pragma once

#include <optional>
#include <string>

#include "convoy/dataset.h"
#include "diagnose/diagnoser.h"
#include "kernels/gemm.h"
#include "model/model_impl.h"
#include "train/trainer.h"

namespace convoy {

/// A model on its way through training. Whoever trains one, be it a run, fit, a benchmark or a check, prepares it here:
/// its configuration says how.
class Training {
 public:
  /// Gives the model the scaling of `train` and, if it has none yet, its classes. `run` is the run's folder, for the
  /// commands that warnings name. Throws Error where model and data do not fit, or a key does not fit the model.
  Training(Model::Impl& model, const Dataset& train, const Dataset& validation = {}, const std::string& run = "RUN");
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  Trainer& trainer() { return trainer_; }

 private:
  kernels::SingleThreadedBlas blas_;
  FitOptions options_;
  Trainer trainer_;
  std::optional<Diagnoser> diagnoser_;
};

}  // namespace convoy
