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

/// The text of metrics.csv: a header and a line an epoch. It has no times, so that equal runs have equal files.
std::string metrics_csv(const History& history);

/// What a run's results depend on besides its configuration, as recorded in env.json.
struct Environment {
  std::string convoy_version;
  std::string compiler;
  std::string cpu;
  std::string isa;        ///< instruction set: "avx2"
  std::string blas_core;  ///< the kernels that OpenBLAS chose; "" where no layer uses it
  int cores = 0;
  int threads = 0;
  std::string started;  ///< ISO 8601, UTC
  DataSums data;
};

/// The environment of this process, started now.
Environment this_environment(const std::string& blas_core, int threads, const DataSums& data);

/// A folder that holds one run: config.toml, resolved.toml, env.json, metrics.csv, events.jsonl, best.safetensors,
/// last.ckpt, report.html and log.txt. From begin or resume on, no other process may write there.
class RunFolder {
 public:
  /// Checks the path and changes nothing. Throws Error{config} where the path is a file, the folder holds something
  /// that is not a run, or a run is there and `force` is not given.
  RunFolder(std::filesystem::path path, bool force);

  /// Makes and locks the folder, removes the files of an earlier run, and writes config.toml, resolved.toml, env.json,
  /// an empty metrics.csv and the first lines of events.jsonl and log.txt. Throws Error{config} as the constructor
  /// where another process has used the folder since, Error{failed} where a file cannot be written or another process
  /// has the lock.
  void begin(const std::string& given_config, const std::string& resolved_config, const Environment& environment);

  /// Locks the folder and continues a run that has this history and has taken `step` steps: cuts metrics.csv and
  /// events.jsonl back to them, deletes temporary files of a killed process, replaces resolved.toml, and logs the
  /// resumption. Throws Error{failed} as begin(), Error{data} where events.jsonl cannot be read or is too large.
  void resume(const std::string& resolved_config, const History& history, std::uint64_t step,
              const Environment& environment);

  /// Replaces metrics.csv by the whole history. Throws Error{failed}.
  void write_metrics(const History& history) const;
  /// Each appends an event to events.jsonl and lines to log.txt, and throws Error{failed} where that is not possible.
  void add_epoch(const EpochLog& log);
  void add_warning(std::uint64_t step, const std::string& message);
  void add_divergence(const std::string& message, const std::vector<double>& gradient_norms);
  void add_outcome(const RunOutcome& outcome);
  /// The log behind events.jsonl, for events that log.txt does not repeat.
  EventLog& events() { return events_; }
  /// Appends a line with the time to log.txt, control characters made visible. Throws Error{failed}.
  void add_log(const std::string& line);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path best_model() const { return path_ / "best.safetensors"; }
  std::filesystem::path checkpoint() const { return path_ / "last.ckpt"; }
  std::filesystem::path report() const { return path_ / "report.html"; }

 private:
  /// Throws Error{config} where the folder may not be used, as the constructor says.
  void require_free() const;
  /// Whether the folder has nothing but temporary files of a killed process. Throws Error{config} if it cannot be read.
  bool has_temporary_files_only() const;
  /// Deletes the temporary files of a killed process.
  void remove_temporary_files() const;
  /// Sets lock_, if it is not set. Throws Error{failed} where another process has the lock.
  void lock();

  std::filesystem::path path_;
  bool force_;
  EventLog events_;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace convoy
