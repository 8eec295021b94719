#pragma once

#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/data_statistics.h"

namespace convoy {

struct CheckOptions {
  int directions = 8;      ///< random directions over all parameters, besides one for each tensor
  int batch = 16;          ///< samples that are checked and overfitted
  int overfit_steps = 60;  ///< of training on that batch
  int threads = 0;         ///< 0: as the configuration says, else all cores
};
/// One comparison of the gradient with the loss.
struct DirectionCheck {
  std::string tensor;         ///< the parameter that was moved, or "all"
  double analytic = 0;        ///< gradient times direction
  double numeric = 0;         ///< central difference of the loss
  double relative_error = 0;  ///< |analytic - numeric| divided by their size
};
/// What check() found.
struct CheckResult {
  std::vector<DirectionCheck> directions;
  double overfit_first_loss = 0;
  double overfit_last_loss = 0;
  double overfit_accuracy = 0;
  DataStatistics train;
  std::vector<std::string> notes = {};  ///< DataSplits::notes
  bool gradients_ok = false;            ///< all relative errors are at most 4 %
  bool overfit_ok = false;              ///< the loss fell below a tenth, or it fell and the accuracy is 1
};
/// Checks a configuration, as `convoy check` does: compares gradients with differences of the loss along random
/// directions, overfits one batch and describes the training data. Writes no file. Throws Error.
CheckResult check(const Config& config, const CheckOptions& options = {});

}  // namespace convoy
