#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "convoy/sweep.h"
#include "io/folder_lock.h"

namespace convoy {

/// Puts what a run's folder tells of it into `run`. Returns whether that run is over: finished or diverged.
bool read_finished(SweepRun& run);

/// What a run of the plan trains.
Config config_of(const SweepPlan& plan, const SweepRun& run);

/// The folder of a sweep: sweep.toml, sweep.csv and a subfolder a run, 001-with_BN-learning_rate_0.01-seed42.
class SweepFolder {
 public:
  /// Only looks. Throws Error{config} when the folder holds something else than this very sweep, or a run in it is no
  /// longer the plan's, unless `force` is given and it is another sweep.
  SweepFolder(std::filesystem::path path, const SweepPlan& plan, bool force);

  /// Makes the folder, keeps other processes from it, and writes sweep.toml; what another sweep left goes first.
  void begin();

  /// The plan's runs as the folder tells: finished, diverged or waiting.
  std::vector<SweepRun> runs(const SweepPlan& plan) const;

  /// Replaces sweep.csv: a row for each run that is over.
  void write_table(const SweepPlan& plan, const std::vector<SweepRun>& runs) const;

  /// Writes sweep.html, which compares the settings by the runs that are over.
  void write_page(const SweepPlan& plan, const std::vector<SweepRun>& runs) const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path page() const { return path_ / "sweep.html"; }
  std::filesystem::path table() const { return path_ / "sweep.csv"; }

 private:
  void require_own_runs(const SweepPlan& plan) const;
  std::vector<SweepRun> waiting_runs(const SweepPlan& plan) const;

  std::filesystem::path path_;
  std::string identity_;
  bool anew_ = false;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace convoy
