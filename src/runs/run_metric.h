#pragma once

#include <string>

#include "io/run_record.h"

namespace convoy {

/// A metric read from a run's record: "accuracy", or of one layer, "gradient_norm.dense1".
class RunMetric {
 public:
  /// Throws Error{config} for a name that is not in metric_names().
  explicit RunMetric(const std::string& name);

  /// The value for a run; NaN where the run recorded nothing of it.
  double of(const RunRecord& run) const { return value_(run, argument_); }

 private:
  double (*value_)(const RunRecord&, const std::string& argument);
  std::string argument_;
};

}  // namespace convoy
