#pragma once

#include <string>
#include <vector>

#include "train/trainer.h"

namespace convoy {

/// A training's progress and its schedule's state as JSON, for a checkpoint. Numbers read back to the same bits.
std::string progress_json(const Progress& progress, const std::vector<double>& schedule_state);

struct StoredProgress {
  Progress progress;
  std::vector<double> schedule_state;
};

/// Throws Error{data}; `where` is the file's name.
StoredProgress parse_progress(const std::string& json, const std::string& where);

}  // namespace convoy
