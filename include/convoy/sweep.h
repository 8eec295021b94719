#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/metrics.h"

namespace convoy {

/// One setting of a sweep: a complete configuration, and what tells it from the others.
struct SweepSetting {
  std::string label;                   ///< what varies: "with BN, learning_rate=0.01"
  std::vector<std::string> overrides;  ///< what it changes in the file, as load_config takes it
  Config config;
};

/// What a sweep trains: each setting with the seeds seed, seed + 1, ... of its configuration.
struct SweepPlan {
  std::vector<SweepSetting> settings;
  int seeds = 1;
  int jobs = 1;  ///< runs at a time
};

/// What a command line adds to the [sweep] of a file, or says instead of it.
struct SweepRequest {
  /// "train.batch_size=16,32": a key with its values, in place of the file's for that key. Commas within brackets or
  /// quotes belong to a value; a single value is an override. With `random`, "1e-4..1e-1 log" is a range.
  std::vector<std::string> sets = {};
  std::optional<int> seeds = {};
  std::optional<int> jobs = {};
  std::optional<int> random = {};
};

/// Reads a configuration with its [sweep] section; a file without one is a sweep of one setting. Settings come in the
/// order of the file: variants first, then keys; the last one varies fastest. Every setting's configuration is checked.
/// Throws Error{config} with file:line:column.
SweepPlan load_sweep(const std::filesystem::path& file, const SweepRequest& request = {});

/// One run of a sweep.
struct SweepRun {
  enum class State { waiting, running, finished, diverged, interrupted };

  std::size_t setting = 0;  ///< in the plan
  int seed = 0;
  std::filesystem::path folder = {};
  State state = State::waiting;
  std::string warning = {};  ///< RunResult::warning of a finished run
  bool kept = false;         ///< was finished or had diverged before this sweep went on
  double accuracy = 0;       ///< of the kept weights on the test set, once finished
  double loss = 0;           ///< the same
  int best_epoch = 0;
  int epochs = 0;  ///< complete ones
  double seconds = 0;
};

/// Follows a sweep. Calls come from several threads, never two at a time; `run` counts from 0 in the plan's order.
class SweepCallback {
 public:
  virtual ~SweepCallback() = default;
  /// Called when everything is checked and training begins; some runs may be finished already.
  virtual void on_start(const std::vector<SweepRun>&) {}
  virtual void on_run_begin(std::size_t /*run*/, const SweepRun&) {}
  /// Returning false ends the sweep, with everything saved.
  virtual bool on_batch_end(std::size_t /*run*/, const BatchLog&) { return true; }
  virtual void on_epoch_end(std::size_t /*run*/, const EpochLog&) {}
  /// Called before the first run, for each note on the data and on how networks fit them.
  virtual void on_note(const std::string&) {}
  /// Called before the first run, for each setting whose checks succeed.
  virtual void on_checked(const SweepSetting&, const RunSetup&) {}
  /// After each batch of an evaluation; returning false ends the sweep, with everything saved.
  virtual bool on_evaluation(std::size_t /*run*/, const EvaluationLog&) { return true; }
  virtual void on_warning(std::size_t /*run*/, const std::string&) {}
  /// The run is finished, has diverged or was interrupted.
  virtual void on_run_end(std::size_t /*run*/, const SweepRun&) {}
};

struct SweepOptions {
  std::filesystem::path folder = {};  ///< empty: runs/<name>-sweep
  bool force = false;                 ///< replace another sweep that is there
  int threads = 0;                    ///< in all, shared by the runs at a time; 0: all cores
  SweepCallback* callback = nullptr;
};

/// A setting's runs, taken together.
struct SweepSummary {
  std::string label;
  int finished = 0;
  int diverged = 0;
  double accuracy = 0;            ///< mean over the finished runs
  double accuracy_deviation = 0;  ///< sample standard deviation (n - 1); 0 for a single run
  double loss = 0;
  double loss_deviation = 0;
  bool best = false;  ///< highest accuracy, then lowest loss, of the settings that never diverged, if there are any
};

struct SweepResult {
  std::filesystem::path folder;
  std::filesystem::path table;         ///< sweep.csv
  std::filesystem::path page;          ///< sweep.html; written once a run is over
  std::vector<SweepRun> runs;          ///< by setting, then by seed
  std::vector<SweepSummary> settings;  ///< in the plan's order
  bool interrupted = false;
};

/// Does what run_sweep does before its first run, and writes nothing: reads every setting's data, where they differ
/// from the setting before, and builds its network on them. `callback` (or null) gets on_note and on_checked. Throws
/// what a run would throw before its first step, with the setting's label.
void require_startable(const SweepPlan& plan, SweepCallback* callback = nullptr);

/// Trains each run of a plan in a separate subfolder, and writes sweep.toml (the definition of the sweep), sweep.csv (a
/// row for each run, without times: equal sweeps have equal files) and sweep.html (curves and figures by setting).
/// Before anything is written, every setting is checked: require_startable. In the folder of the same sweep it
/// continues: finished runs are kept, others resume. A run that diverges is a result too. Results do not depend on jobs
/// and threads. Throws Error: after any other failure of a run, the other runs save and stop first.
SweepResult run_sweep(const SweepPlan& plan, const SweepOptions& options = {});

/// Counts, mean and deviation for each setting of the plan over its runs among `runs`; marks the best one.
std::vector<SweepSummary> summarize(const SweepPlan& plan, const std::vector<SweepRun>& runs);

}  // namespace convoy
