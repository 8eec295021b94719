#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "io/run_folder.h"

namespace convoy {

/// Why a run diverged: the error, and the last gradient norms.
struct Divergence {
  std::string message;
  std::vector<double> gradient_norms = {};  ///< of the last steps; NaN where not finite
};

/// A warning given during training, with its step.
struct RunWarning {
  std::uint64_t step = 0;
  std::string message;
};

/// What a run folder has recorded of its run, finished or not.
struct RunRecord {
  std::filesystem::path folder = {};
  std::string name = {};    ///< of the folder
  std::string config = {};  ///< the text of resolved.toml
  Environment environment = {};
  History history = {};
  std::vector<StepsLog> steps = {};
  std::vector<Diagnostics> diagnostics = {};
  std::vector<RunWarning> warnings = {};
  std::optional<Divergence> divergence = {};
  std::optional<RunOutcome> outcome = {};
};

/// Reads a run folder. Missing or damaged events, such as a line that a killed process half wrote, are left out;
/// numbers that are not finite are NaN. Throws Error{data} for a folder that is no run, or a file that is too large.
RunRecord read_run(const std::filesystem::path& folder);

/// Throws Error{data} for a folder without resolved.toml, with a hint where it is a sweep.
void require_run(const std::filesystem::path& folder);

/// The number of epochs in metrics.csv, which is written apart from events.jsonl.
int epochs_in_metrics(const std::filesystem::path& folder);

/// Reads env.json; members that are missing or damaged there stay empty.
Environment read_environment(const std::filesystem::path& folder);

/// Adds the events of an events.jsonl to `record`. Where a resumed run repeats a step, the last event counts.
void read_events(const std::filesystem::path& file, RunRecord& record);

}  // namespace convoy
