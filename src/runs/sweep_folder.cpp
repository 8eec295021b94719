#include "runs/sweep_folder.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <sstream>
#include <system_error>

#include "config/differences.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "core/text.h"
#include "core/value_text.h"
#include "io/atomic_file.h"
#include "io/run_record.h"
#include "io/text_file.h"
#include "report/comparison.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr const char* identity_file = "sweep.toml";  ///< holds identity_text()
constexpr std::size_t longest_label = 60;            ///< characters of a label in a folder's name
constexpr std::uintmax_t max_identity_bytes = 64 << 20;

/// Keys that do not change a row of sweep.csv. input_shape is among them, since a run adds that of its data.
const std::vector<std::string> harmless_in_sweep = {
    "threads", "name", "input_shape", "data.hint", "train.checkpoint_seconds", "train.log_steps", "train.top_k"};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// A label as part of a folder name, at most 60 characters: "with BN, learning_rate=0.01" is
/// "with_BN-learning_rate_0.01".
std::string name_part(const std::string& label) {
  std::string name;
  for (const char c : label) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (c == ' ' && name.ends_with('-')) continue;
    name += plain ? c : c == ',' ? '-' : '_';
  }
  return name.substr(0, longest_label);
}

/// "001-with_BN-seed42"
std::string folder_name(std::size_t number, const std::string& label, int seed) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%03zu", number);
  return std::string(digits) + "-" + name_part(label) + "-seed" + std::to_string(seed);
}

/// Whether a name begins as folder_name() makes it: at least three digits and "-".
bool is_run_name(const std::string& name) {
  const auto end = std::ranges::find_if_not(name, is_digit);
  return end - name.begin() >= 3 && end != name.end() && *end == '-';
}

/// The text of sweep.toml, which is equal for equal sweeps: the first setting's configuration without threads, and in
/// what the others differ from it.
std::string identity_text(const SweepPlan& plan) {
  Config first = plan.settings[0].config;
  first.run.erase("threads");
  std::string text = "# What this sweep consists of: its first setting, and what the others change.\n";
  text += resolved_toml(first) + "\n[sweep]\nseeds = " + std::to_string(plan.seeds) + "\n";
  for (const auto& setting : plan.settings) {
    text += "\n[[sweep.setting]]\nlabel = " + toml_text(setting.label) + "\nchanges = [";
    for (const auto& change : differences(first, setting.config, {"threads"})) text += "\n  " + toml_text(change) + ",";
    text += "]\n";
  }
  return text;
}

/// "[optimizer] learning_rate = 0.001, now learning_rate = 0.01": the first line that differs.
std::string first_difference(const std::string& before, const std::string& now) {
  std::istringstream old_lines(before);
  std::istringstream new_lines(now);
  std::string section, old_line, new_line;
  while (true) {
    const bool more_old = static_cast<bool>(std::getline(old_lines, old_line));
    const bool more_new = static_cast<bool>(std::getline(new_lines, new_line));
    if (!more_old || !more_new || old_line != new_line) {
      const auto shown = [](bool there, const std::string& line) {
        return there ? brief(line.substr(std::min(line.find_first_not_of(' '), line.size()))) : "nothing";
      };
      return section + shown(more_old, old_line) + ", now " + shown(more_new, new_line);
    }
    if (new_line.starts_with('[')) section = new_line + " ";
  }
}

/// Whether a file is what an interrupted write of sweep.toml left.
bool is_left_over(const fs::directory_entry& entry) {
  return is_temporary_name_of(entry.path().filename().string(), identity_file);
}

bool is_over(const SweepRun& run) {
  return run.state == SweepRun::State::finished || run.state == SweepRun::State::diverged;
}

/// One line of sweep.csv; without scores for a run that diverged.
std::string csv_row(const SweepRun& run, const std::string& label) {
  const bool diverged = run.state == SweepRun::State::diverged;
  const std::string scores = diverged ? "," : shortest(run.accuracy) + "," + shortest(run.loss);
  return csv_field(label) + "," + std::to_string(run.seed) + "," + scores + "," + std::to_string(run.best_epoch) + "," +
         std::to_string(run.epochs) + "," + (diverged ? "1" : "0") + "," + run.folder.filename().string() + "\n";
}

}  // namespace

bool read_finished(SweepRun& run) {
  std::error_code ignored;
  if (!fs::exists(run.folder / "resolved.toml", ignored)) return false;
  const RunRecord record = read_run(run.folder);
  run.epochs = static_cast<int>(record.history.size());
  if (record.divergence) {
    run.state = SweepRun::State::diverged;
  } else if (record.outcome && !record.outcome->interrupted) {
    run.state = SweepRun::State::finished;
    run.accuracy = record.outcome->accuracy;
    run.loss = record.outcome->loss;
    run.best_epoch = record.outcome->best_epoch;
    run.seconds = record.outcome->seconds;
    run.warning = record.outcome->warning;
  } else {
    return false;
  }
  return true;
}

Config config_of(const SweepPlan& plan, const SweepRun& run) {
  Config config = plan.settings[run.setting].config;
  config.run.set("seed", std::int64_t{run.seed});
  config.run.set("name", run.folder.filename().string());
  config.source.clear();  // the file alone says too little: the run keeps what it was trained with
  return config;
}

SweepFolder::SweepFolder(fs::path path, const SweepPlan& plan, bool force)
    : path_(std::move(path)), identity_(identity_text(plan)), anew_(force) {
  std::error_code error;
  if (!fs::exists(path_, error)) return;  // making it tells what is wrong with the path
  if (!fs::is_directory(path_, error))
    throw Error(ErrorKind::config, path_.string() + ": exists and is not a folder; use --out for another");
  const fs::path file = path_ / identity_file;
  if (!fs::exists(file, error)) {
    const fs::directory_iterator found(path_, error);
    if (error) throw Error(ErrorKind::config, path_.string() + ": cannot be read: " + error.message());
    if (std::ranges::all_of(found, is_left_over)) return;
    throw Error(ErrorKind::config,
                path_.string() + ": holds something that is not a sweep; use --out for another folder");
  }
  const std::string before = read_text(file, max_identity_bytes);
  if (force) return;
  if (before != identity_) {
    throw Error(ErrorKind::config, file.string() + ": another sweep is there: " + first_difference(before, identity_) +
                                       "; use --force to replace it or --out for another folder");
  }
  require_runs_of_plan(plan);
}

void SweepFolder::require_runs_of_plan(const SweepPlan& plan) const {
  for (const SweepRun& run : waiting_runs(plan)) {
    const fs::path resolved = run.folder / "resolved.toml";
    if (!fs::exists(resolved)) continue;
    const auto changed = differences(config_of(plan, run), load_config(resolved), harmless_in_sweep);
    if (changed.empty()) continue;
    throw Error(ErrorKind::config, run.folder.string() + ": no longer a run of this sweep: " + first_of(changed) +
                                       "; move it elsewhere, and the sweep trains its own again");
  }
}

void SweepFolder::begin() {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw Error(ErrorKind::failed, path_.string() + ": cannot be made: " + error.message());
  lock_ = std::make_unique<FolderLock>(path_);
  if (anew_) {
    std::vector<fs::path> old = {table(), page()};
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.is_directory() && is_run_name(entry.path().filename().string())) old.push_back(entry.path());
    }
    for (const auto& entry : old) fs::remove_all(entry);
  }
  write_file_atomically(path_ / identity_file, identity_);
}

std::vector<SweepRun> SweepFolder::runs(const SweepPlan& plan) const {
  std::vector<SweepRun> runs = waiting_runs(plan);
  for (SweepRun& run : runs) run.kept = !anew_ && read_finished(run);
  return runs;
}

std::vector<SweepRun> SweepFolder::waiting_runs(const SweepPlan& plan) const {
  std::vector<SweepRun> runs;
  for (std::size_t i = 0; i < plan.settings.size(); ++i) {
    for (int repeat = 0; repeat < plan.seeds; ++repeat) {
      SweepRun run{.setting = i, .seed = plan.settings[i].config.run.integer("seed") + repeat};
      run.folder = path_ / folder_name(runs.size() + 1, plan.settings[i].label, run.seed);
      if (fs::is_symlink(run.folder)) {
        throw Error(ErrorKind::data,
                    run.folder.string() + ": is a symbolic link, a sweep's runs are within its folder");
      }
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

void SweepFolder::write_table(const SweepPlan& plan, const std::vector<SweepRun>& runs) const {
  std::string text = "setting,seed,test_accuracy,test_loss,best_epoch,epochs,diverged,folder\n";
  for (const SweepRun& run : runs) {
    if (is_over(run)) text += csv_row(run, plan.settings[run.setting].label);
  }
  write_file_atomically(table(), text);
}

void SweepFolder::write_page(const SweepPlan& plan, const std::vector<SweepRun>& runs) const {
  Comparison comparison{.title = plan.settings[0].config.run.text("name"), .groups = {}};
  for (const auto& setting : plan.settings) comparison.groups.push_back({.name = setting.label});
  for (const SweepRun& run : runs) {
    if (is_over(run)) comparison.groups[run.setting].runs.push_back(read_run(run.folder));
  }
  std::erase_if(comparison.groups, [](const RunGroup& group) { return group.runs.empty(); });
  if (!comparison.groups.empty()) write_file_atomically(page(), html(comparison));
}

}  // namespace convoy
