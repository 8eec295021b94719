#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "convoy/sweep.h"
#include "io/folder_lock.h"

namespace convoy {

/// Reads the folder of a run. Sets its state and epochs, and of a finished run its results. Returns whether it is
/// finished or diverged; else the state stays. Returns false where nothing is there.
bool read_finished(SweepRun& run);

/// The configuration that a run of the plan trains: its setting's, with the run's seed and name.
Config config_of(const SweepPlan& plan, const SweepRun& run);

/// The folder of a sweep: sweep.toml, sweep.csv and a subfolder a run, 001-with_BN-learning_rate_0.01-seed42.
class SweepFolder {
 public:
  /// Reads what is there and writes nothing. Throws Error{config} where the path holds something that is no sweep, and
  /// without `force` where it holds another sweep, or a run whose configuration is no longer the plan's.
  SweepFolder(std::filesystem::path path, const SweepPlan& plan, bool force);

  /// Makes the folder, locks it against other processes, removes (with `force`) the runs, table and page in it, and
  /// writes sweep.toml. Throws Error{failed}.
  void begin();

  /// The plan's runs with the results in their folders: finished, diverged or waiting. With `force` all wait.
  std::vector<SweepRun> runs(const SweepPlan& plan) const;

  /// Replaces sweep.csv: a row for each run that is over.
  void write_table(const SweepPlan& plan, const std::vector<SweepRun>& runs) const;

  /// Writes sweep.html, which compares the settings by the runs that are over.
  void write_page(const SweepPlan& plan, const std::vector<SweepRun>& runs) const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path page() const { return path_ / "sweep.html"; }
  std::filesystem::path table() const { return path_ / "sweep.csv"; }

 private:
  /// Throws Error{config} for a run whose resolved.toml differs from the plan: it may have been trained anew, or for
  /// longer, since.
  void require_runs_of_plan(const SweepPlan& plan) const;
  /// All runs of the plan with seed and folder, as if none had begun. Throws Error{data} where a run folder is a link.
  std::vector<SweepRun> waiting_runs(const SweepPlan& plan) const;

  std::filesystem::path path_;
  std::string identity_;  ///< identity_text() of the plan
  bool anew_ = false;     ///< `force`: nothing that is there is kept
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace convoy
