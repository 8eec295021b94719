#include "convoy/runs.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <tuple>

#include "convoy/config.h"
#include "convoy/error.h"
#include "io/folder_lock.h"
#include "io/run_record.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 8;  ///< levels of folders that are searched; a sweep's runs lie two levels below

/// Whether a folder has resolved.toml or events.jsonl.
bool is_run(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "resolved.toml", error) || fs::exists(folder / "events.jsonl", error);
}

/// The state by the record, or running where a process holds the folder's lock.
RunEntry::State state_of(const RunRecord& record) {
  using enum RunEntry::State;
  if (FolderLock::is_held(record.folder)) return running;
  if (record.divergence) return diverged;
  if (!record.outcome) return killed;
  return record.outcome->interrupted ? interrupted : finished;
}

/// train.epochs of the run; 0 where its configuration cannot be read.
int configured_epochs(const RunRecord& record) {
  try {
    return parse_config(record.config, "resolved.toml", record.folder).train.integer("epochs");
  } catch (const Error&) {  // of another version of convoy, perhaps
    return 0;
  }
}

/// Sets accuracy and measured_on: of the test set where the run ended, else of its best epoch so far, else NaN and "".
void set_accuracy(RunEntry& entry, const RunRecord& record) {
  entry.accuracy = std::numeric_limits<double>::quiet_NaN();
  if (record.outcome) {
    entry.accuracy = record.outcome->accuracy;
    entry.measured_on = "test";
    return;
  }
  for (const EpochLog& log : record.history) {
    const double accuracy = log.has_validation ? log.validation_accuracy : log.accuracy;
    entry.measured_on = log.has_validation ? "validation" : "training";
    if (!(entry.accuracy >= accuracy)) entry.accuracy = accuracy;
  }
}

/// Seconds of training: of the whole run where it ended, else of its complete epochs.
double wall_seconds(const RunRecord& record) {
  if (record.outcome) return record.outcome->seconds;
  double seconds = 0;
  for (const EpochLog& log : record.history) seconds += log.seconds;
  return seconds;
}

/// Throws Error{data} for a run whose metrics.csv has more epochs than events.jsonl: how it ended is not known.
[[noreturn]] void refuse_cut_events(const RunEntry& entry) {
  throw Error(ErrorKind::data, "events.jsonl is missing or cut: metrics.csv has " + std::to_string(entry.epochs) +
                                   (entry.epochs == 1 ? " epoch" : " epochs"));
}

/// Reads one run folder; an Error becomes the problem of an unreadable entry.
RunEntry entry_of(const fs::path& folder) {
  RunEntry entry{.folder = folder};
  try {
    const RunRecord record = read_run(folder);
    entry.state = state_of(record);
    entry.started = record.environment.started;
    const int epochs_of_events = record.history.empty() ? 0 : record.history.back().epoch;
    entry.epochs = std::max(epochs_of_events, epochs_in_metrics(folder));
    if (entry.state == RunEntry::State::killed && epochs_of_events < entry.epochs) refuse_cut_events(entry);
    entry.epochs_in_all = configured_epochs(record);
    entry.seconds = wall_seconds(record);
    set_accuracy(entry, record);
  } catch (const Error& error) {
    entry = {.folder = folder, .problem = error.what()};
  }
  return entry;
}

/// Adds the runs below a folder to `runs`, passing over hidden folders, links and what cannot be read.
void add_runs(const fs::path& folder, int depth, std::vector<RunEntry>& runs) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.filename().string().front() == '.' || entry->is_symlink(error) || !entry->is_directory(error)) continue;
    if (is_run(path)) {
      runs.push_back(entry_of(path));
    } else if (depth < deepest) {
      add_runs(path, depth + 1, runs);
    }
  }
}

}  // namespace

std::string name_of(RunEntry::State state) {
  switch (state) {
    case RunEntry::State::running: return "running";
    case RunEntry::State::finished: return "finished";
    case RunEntry::State::interrupted: return "interrupted";
    case RunEntry::State::diverged: return "diverged";
    case RunEntry::State::killed: return "killed";
    case RunEntry::State::unreadable: break;
  }
  return "unreadable";
}

std::vector<RunEntry> list_runs(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator readable(folder, error);
  if (error) throw Error(ErrorKind::data, folder.string() + ": " + error.message());
  std::vector<RunEntry> runs;
  if (is_run(folder)) {
    runs.push_back(entry_of(folder));
  } else {
    add_runs(folder, 0, runs);
  }
  const auto key = [](const RunEntry& run) { return std::tie(run.started, run.folder); };  // a sweep numbers its runs
  std::ranges::sort(runs, std::greater(), key);
  return runs;
}

}  // namespace convoy
