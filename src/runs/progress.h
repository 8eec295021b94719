#pragma once

#include <string>
#include <vector>

#include "train/trainer.h"

namespace convoy {

/// A training's progress and its schedule's state, for a checkpoint.
struct StoredProgress {
  Progress progress;
  std::vector<double> schedule_state;
  double seconds = 0;                 ///< of all processes so far
  std::uint64_t optimizer_steps = 0;  ///< Stepper::steps
};

/// `stored` as JSON, with numbers that read back to the same bits.
std::string progress_json(const StoredProgress& stored);

/// Reads what progress_json wrote. Throws Error{data} for damaged text; `where` is the file that messages name.
StoredProgress parse_progress(const std::string& json, const std::string& where);

}  // namespace convoy
