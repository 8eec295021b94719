#include "io/run_folder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/machine.h"
#include "convoy/number_text.h"
#include "convoy/version.h"
#include "core/cpu.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/text_file.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr const char* resolved = "resolved.toml";  ///< the file that makes a folder a run
/// The files of a run, in the order in which they are removed, so that half of them never look like a run that lost its
/// checkpoint alone.
constexpr std::array run_files = {"best.safetensors",
                                  "best.recalibrated.safetensors",
                                  "last.ckpt",
                                  "last.recalibrated.safetensors",
                                  "report.html",
                                  "config.toml",
                                  "env.json",
                                  "metrics.csv",
                                  "events.jsonl",
                                  "log.txt",
                                  resolved};

/// The time as "2026-01-31T12:00:00Z".
std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

/// The environment as the JSON object of env.json.
nlohmann::ordered_json environment_json(const Environment& environment) {
  nlohmann::ordered_json data = nlohmann::ordered_json::object();
  for (const auto& [file, sum] : environment.data) data[file] = sum;
  return {{"convoy_version", environment.convoy_version},
          {"compiler", environment.compiler},
          {"cpu", environment.cpu},
          {"isa", environment.isa},
          {"blas_core", environment.blas_core},
          {"cores", environment.cores},
          {"threads", environment.threads},
          {"started", environment.started},
          {"data_sha256", data}};
}

/// An epoch's line of metrics.csv; its numbers read back exactly, and are left out where there was no validation.
std::string csv_row(const EpochLog& log) {
  std::string row = std::to_string(log.epoch) + "," + shortest(log.loss) + "," + shortest(log.accuracy) + ",";
  row += log.has_validation ? shortest(log.validation_loss) + "," + shortest(log.validation_accuracy) : ",";
  return row + "," + shortest(log.learning_rate) + "\n";
}

/// Whether a file is one that write_file_atomically leaves behind when its process is killed.
bool is_left_over(const fs::directory_entry& entry) {
  std::error_code error;
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file(error) &&
         std::ranges::any_of(run_files, [&](const char* file) { return is_temporary_name_of(name, file); });
}

}  // namespace

std::string metrics_csv(const History& history) {
  std::string text = "epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate\n";
  for (const EpochLog& log : history) text += csv_row(log);
  return text;
}

Environment this_environment(const std::string& blas_core, int threads, const DataSums& data) {
  return {.convoy_version = version(),
          .compiler = __VERSION__,
          .cpu = cpu_name(),
          .isa = isa_name(cpu_isa()),
          .blas_core = blas_core,
          .cores = cores(),
          .threads = threads,
          .started = now_utc(),
          .data = data};
}

RunFolder::RunFolder(fs::path path, bool force)
    : path_(std::move(path)), force_(force), events_(path_ / "events.jsonl") {
  require_free();
}

void RunFolder::require_free() const {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return;  // making it tells what is wrong with the path
  if (!fs::is_directory(path_, ignored))
    throw Error(ErrorKind::config, path_.string() + ": exists and is not a folder; use --out for another");
  if (has_temporary_files_only()) return;
  if (!fs::exists(path_ / resolved, ignored)) {
    throw Error(ErrorKind::config,
                path_.string() + ": holds something that is not a run; use --out for another folder");
  }
  if (!force_) {
    throw Error(ErrorKind::config,
                path_.string() + ": a run is there; use --force to replace it or --out for another folder");
  }
}

void RunFolder::begin(const std::string& given_config, const std::string& resolved_config,
                      const Environment& environment) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw Error(ErrorKind::failed, path_.string() + ": cannot be made: " + error.message());
  lock();
  require_free();
  // resolved.toml is what makes the folder a run: it stays until it is replaced, so that an interrupted start can be
  // repeated.
  for (const char* file : run_files) {
    if (file != resolved) fs::remove(path_ / file, error);
  }
  remove_temporary_files();
  write_file_atomically(path_ / resolved, resolved_config);
  write_file_atomically(path_ / "config.toml", given_config);
  write_file_atomically(path_ / "env.json", json_text(environment_json(environment), 2) + "\n");
  write_metrics({});
  events_.started(environment.started);
  add_log("started with " + std::to_string(environment.threads) + " threads on " + environment.cpu + " (" +
          environment.isa + ")");
}

void RunFolder::resume(const std::string& resolved_config, const History& history, std::uint64_t step,
                       const Environment& environment) {
  lock();
  remove_temporary_files();
  write_file_atomically(path_ / resolved, resolved_config);
  write_metrics(history);
  events_.drop_after(step);
  events_.resumed(environment.started, step, static_cast<int>(history.size()));
  add_log("resumed after epoch " + std::to_string(history.size()) + " with " + std::to_string(environment.threads) +
          " threads on " + environment.cpu + " (" + environment.isa + ")");
}

void RunFolder::write_metrics(const History& history) const {
  write_file_atomically(path_ / "metrics.csv", metrics_csv(history));
}

void RunFolder::lock() {
  if (!lock_) lock_ = std::make_unique<FolderLock>(path_);
}

void RunFolder::remove_temporary_files() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    if (is_left_over(entry)) fs::remove(entry.path(), error);
  }
}

bool RunFolder::has_temporary_files_only() const {
  std::error_code error;
  const fs::directory_iterator found(path_, error);
  if (error) throw Error(ErrorKind::config, path_.string() + ": cannot be read: " + error.message());
  return std::ranges::all_of(found, is_left_over);
}

void RunFolder::add_epoch(const EpochLog& log) {
  events_.add(log);
  std::string line =
      "epoch " + std::to_string(log.epoch) + ": loss " + shortest(log.loss) + ", accuracy " + shortest(log.accuracy);
  if (log.has_validation)
    line += ", validation loss " + shortest(log.validation_loss) + ", accuracy " + shortest(log.validation_accuracy);
  add_log(line);
}

void RunFolder::add_warning(std::uint64_t step, const std::string& message) {
  events_.add_warning(step, message);
  add_log("warning: " + message);
}

void RunFolder::add_divergence(const std::string& message, const std::vector<double>& gradient_norms) {
  events_.add_divergence(message, gradient_norms);
  add_log(message);
}

void RunFolder::add_outcome(const RunOutcome& outcome) {
  events_.add(outcome);
  char line[160];
  std::snprintf(line, sizeof line, "%s after %.1f s: test loss %.6f, accuracy %.4f (weights of epoch %d)",
                outcome.interrupted ? "interrupted" : "finished", outcome.seconds, outcome.loss, outcome.accuracy,
                outcome.best_epoch);
  add_log(line);
  if (!outcome.warning.empty()) add_log("warning: " + outcome.warning);
}

void RunFolder::add_log(const std::string& line) {
  append_line(path_ / "log.txt", now_utc() + ' ' + shown_lines(line));
}

}  // namespace convoy
