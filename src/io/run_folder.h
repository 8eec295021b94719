#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "convoy/callbacks.h"
#include "io/data_sums.h"
#include "io/event_log.h"
#include "io/folder_lock.h"

namespace convoy {

/// A history as metrics.csv has it, a line an epoch. It has no times: equal runs have equal files.
std::string metrics_csv(const History& history);

/// What a run's results depend on, for env.json.
struct Environment {
  std::string convoy_version;
  std::string compiler;
  std::string cpu;
  std::string isa;
  std::string blas_core;
  int cores = 0;
  int threads = 0;
  std::string started;  ///< ISO 8601, UTC
  DataSums data;
};

/// The environment of this process.
Environment this_environment(const std::string& blas_core, int threads, const DataSums& data);

/// A folder that holds one run: config.toml, resolved.toml, env.json, metrics.csv, events.jsonl, best.safetensors,
/// last.ckpt, report.html and log.txt. From begin or resume on, no other process may write there.
class RunFolder {
 public:
  /// Only looks. Throws Error{config} when a run is there and `force` is not given, or when the folder holds something
  /// else.
  RunFolder(std::filesystem::path path, bool force);

  /// Makes the folder, removes what an earlier run left, and writes the files that are known from the start. Throws
  /// Error{config} as above where another process has been there since.
  void begin(const std::string& given_config, const std::string& resolved_config, const Environment& environment);

  /// Goes on with a run that has this history and has taken so many steps: puts metrics.csv and events.jsonl back to
  /// there, removes what a killed process left half-written, and remembers the configuration that holds from now on.
  void resume(const std::string& resolved_config, const History& history, std::uint64_t step,
              const Environment& environment);

  /// Replaces metrics.csv by the whole history.
  void write_metrics(const History& history) const;
  /// Each adds to events.jsonl and log.txt.
  void add_epoch(const EpochLog& log);
  void add_warning(std::uint64_t step, const std::string& message);
  void add_divergence(const std::string& message, const std::vector<double>& gradient_norms);
  void add_outcome(const RunOutcome& outcome);
  /// For what belongs to events.jsonl alone.
  EventLog& events() { return events_; }
  /// Appends a line to log.txt.
  void add_log(const std::string& line);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path best_model() const { return path_ / "best.safetensors"; }
  std::filesystem::path checkpoint() const { return path_ / "last.ckpt"; }
  std::filesystem::path report() const { return path_ / "report.html"; }

 private:
  void require_free() const;
  bool is_as_good_as_empty() const;
  void remove_temporary_files() const;
  void lock();

  std::filesystem::path path_;
  bool force_;
  EventLog events_;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace convoy
