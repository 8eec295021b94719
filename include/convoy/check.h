#pragma once

#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/data_statistics.h"

namespace convoy {

/// `convoy check`: numeric gradients of the configured model along random directions, one batch overfitted, statistics
/// of the data.
struct CheckOptions {
  int directions = 8;
  int batch = 16;
  int overfit_steps = 60;
  int threads = 0;
};
struct DirectionCheck {
  std::string tensor;   ///< the parameter that was moved, or "all"
  double analytic = 0;  ///< gradient times direction
  double numeric = 0;   ///< central difference of the loss
  double relative_error = 0;
};
struct CheckResult {
  std::vector<DirectionCheck> directions;
  double overfit_first_loss = 0;
  double overfit_last_loss = 0;
  double overfit_accuracy = 0;
  DataStatistics train;
  std::vector<std::string> notes = {};  ///< DataSplits::notes
  bool gradients_ok = false;
  bool overfit_ok = false;
};
CheckResult check(const Config& config, const CheckOptions& options = {});

}  // namespace convoy
