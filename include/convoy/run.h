#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/model.h"

namespace convoy {

struct RunOptions {
  std::filesystem::path folder = {};  ///< the run folder; empty: runs/<name>
  bool force = false;                 ///< replace a run that is there
  int threads = 0;                    ///< 0: as the configuration says, else all cores
  std::vector<Callback*> callbacks = {};
};

struct RunResult {
  std::filesystem::path folder;
  std::filesystem::path model;   ///< best.safetensors
  std::filesystem::path report;  ///< report.html
  History history = {};
  int best_epoch = 0;
  Evaluation test = {};      ///< of the kept (best) weights on the test set; no samples where that was interrupted
  std::string warning = {};  ///< where training and evaluation are far apart: the figures and the likely cause; else ""
  bool interrupted = false;
  double seconds = 0;          ///< spent on the run, in all processes
  double earlier_seconds = 0;  ///< spent in earlier processes
  double peak_rss_mb = 0;
};

/// Trains as a configuration says and leaves a run folder (config.toml, resolved.toml, env.json, metrics.csv,
/// events.jsonl, best.safetensors, last.ckpt, report.html, log.txt). Nothing is written before the data and the network
/// are known to fit. Throws Error.
RunResult train_run(const Config& config, const RunOptions& options);

/// Resumes a run from its last.ckpt; results equal those of an unbroken run, bit for bit. `overrides` change its
/// configuration from here on, as "train.epochs=20": only keys that say how long to train and how to work. They are
/// saved in the run folder. Throws Error{config} for another key, Error{data} for a folder that is no run or a damaged
/// checkpoint.
RunResult resume_run(const std::filesystem::path& folder, const RunOptions& options,
                     const std::vector<std::string>& overrides = {});

/// The path itself for a file; for a run folder its best.safetensors. Throws Error{data} where there is none or where
/// it is not the model of that run.
std::filesystem::path find_model(const std::filesystem::path& model_or_run);

/// Reads the configuration inside a model file. Throws Error{data} for a file that is no model.
Config config_of(const std::filesystem::path& model_file);

}  // namespace convoy
