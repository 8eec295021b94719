#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "convoy/callbacks.h"

namespace convoy {

/// What a run's results depend on, for env.json.
struct Environment {
  std::string convoy_version;
  std::string compiler;
  std::string cpu;
  std::string isa;
  std::string blas_core;
  int cores = 0;
  int threads = 0;
  std::string started;                                    ///< ISO 8601, UTC
  std::vector<std::pair<std::string, std::string>> data;  ///< file, SHA-256
};

/// The environment of this process; `data_files` are hashed.
Environment this_environment(const std::string& blas_core, int threads,
                             const std::vector<std::filesystem::path>& data_files);

/// A folder that holds one run: config.toml, resolved.toml, env.json, metrics.csv, events.jsonl, best.safetensors,
/// last.ckpt, report.html and log.txt.
class RunFolder {
 public:
  /// Only looks. Throws Error{config} when a run is there and `force` is not given, or when the folder holds something
  /// else.
  RunFolder(std::filesystem::path path, bool force);

  /// Makes the folder, removes what an earlier run left, and writes the files that are known from the start.
  void begin(const std::string& given_config, const std::string& resolved_config, const Environment& environment);

  /// Appends an epoch to metrics.csv, events.jsonl and log.txt and flushes them.
  void add_epoch(const EpochLog& log);
  /// Appends a line to log.txt.
  void add_log(const std::string& line);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path best_model() const { return path_ / "best.safetensors"; }
  std::filesystem::path checkpoint() const { return path_ / "last.ckpt"; }
  std::filesystem::path report() const { return path_ / "report.html"; }

 private:
  void append(const char* file, const std::string& text) const;

  std::filesystem::path path_;
};

}  // namespace convoy
