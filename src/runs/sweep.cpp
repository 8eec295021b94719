#include "convoy/sweep.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "convoy/machine.h"
#include "convoy/run.h"
#include "core/spread.h"
#include "core/start_threads.h"
#include "graph/network.h"
#include "kernels/gemm.h"
#include "model/threads.h"
#include "runs/startable.h"
#include "runs/sweep_folder.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using State = SweepRun::State;

/// The threads that all jobs share: `wanted`, else as the configuration says, else all cores.
int threads_in_all(const SweepPlan& plan, int wanted) {
  const int threads = threads_for(plan.settings[0].config, wanted);
  return threads > 0 ? threads : cores();
}

/// Trains the runs of a sweep that wait, several at a time.
class RunQueue {
 public:
  /// Reads what the folder holds of the plan's runs, and reserves what OpenBLAS works in for all threads.
  RunQueue(const SweepPlan& plan, const SweepFolder& folder, SweepCallback* callback, int threads)
      : plan_(plan),
        folder_(folder),
        callback_(callback == nullptr ? silent_ : *callback),
        runs_(folder.runs(plan)),
        jobs_(jobs_for(plan.jobs)),
        threads_(std::max(1, threads / jobs_)) {
    const auto needs_blas = [](const SweepSetting& setting) { return uses_blas(setting.config.layers); };
    if (std::ranges::any_of(plan.settings, needs_blas)) kernels::reserve_blas(jobs_ * threads_);
  }

  /// Trains every waiting run on jobs_ threads until none waits or one is stopped, writing sweep.csv after each. Throws
  /// the first failure of a run.
  void work() {
    folder_.write_table(plan_, runs_);
    callback_.on_start(runs_);
    std::vector<std::thread> workers;
    start_threads(workers, jobs_ - 1, [this](int) { train_waiting(); });
    train_waiting();
    for (auto& worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  const std::vector<SweepRun>& runs() const { return runs_; }
  bool stopped() const { return stop_; }

 private:
  /// Passes what happens in one run on to the sweep's callback, one call at a time. Once the sweep is to stop, it stops
  /// the run.
  class Forward final : public Callback {
   public:
    Forward(RunQueue& queue, std::size_t run) : queue_(queue), run_(run) {}
    bool on_batch_end(const BatchLog& log) override {
      const std::lock_guard lock(queue_.mutex_);
      if (!queue_.callback_.on_batch_end(run_, log)) queue_.stop_ = true;
      return !queue_.stop_;
    }
    bool on_epoch_end(const EpochLog& log) override {
      const std::lock_guard lock(queue_.mutex_);
      queue_.callback_.on_epoch_end(run_, log);
      return !queue_.stop_;
    }
    bool on_evaluation(const EvaluationLog& log) override {
      const std::lock_guard lock(queue_.mutex_);
      if (!queue_.callback_.on_evaluation(run_, log)) queue_.stop_ = true;
      return !queue_.stop_;
    }
    void on_warning(const std::string& message) override {
      const std::lock_guard lock(queue_.mutex_);
      queue_.callback_.on_warning(run_, message);
    }

   private:
    RunQueue& queue_;
    std::size_t run_;
  };

  /// `wanted` runs at a time, but no more than there are waiting and at least 1.
  int jobs_for(int wanted) const {
    const auto waiting = std::ranges::count(runs_, State::waiting, &SweepRun::state);
    return std::max(1, std::min(wanted, static_cast<int>(waiting)));
  }

  /// Trains waiting runs one after the other until none is left.
  void train_waiting() {
    for (auto run = take(); run < runs_.size(); run = take()) {
      try {
        end(run, train(run));
      } catch (...) {
        fail(run);
      }
    }
  }

  /// Marks the next waiting run as running, tells the callback and returns its index; the number of runs when none
  /// waits or the sweep is to stop.
  std::size_t take() {
    const std::lock_guard lock(mutex_);
    const auto next = std::ranges::find(runs_, State::waiting, &SweepRun::state);
    if (stop_ || next == runs_.end()) return runs_.size();
    next->state = State::running;
    const auto number = static_cast<std::size_t>(next - runs_.begin());
    callback_.on_run_begin(number, *next);
    return number;
  }

  /// Trains a run, or resumes it where its folder has begun. Returns the run with the results in its folder; a
  /// divergence is one of them.
  SweepRun train(std::size_t number) {
    SweepRun run = runs_[number];  // nobody else changes it while it runs
    Forward forward(*this, number);
    RunOptions options{.folder = run.folder, .threads = threads_, .callbacks = {&forward}};
    try {
      std::error_code ignored;
      const bool begun = fs::exists(run.folder / "resolved.toml", ignored);
      const RunResult result = begun ? resume_run(run.folder, options) : train_run(config_of(plan_, run), options);
      run.seconds = result.seconds;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::diverged) throw;
    }
    if (!read_finished(run)) run.state = State::interrupted;
    return run;
  }

  /// Stores the result of a run, writes sweep.csv and tells the callback.
  void end(std::size_t number, SweepRun run) {
    const std::lock_guard lock(mutex_);
    runs_[number] = std::move(run);
    folder_.write_table(plan_, runs_);
    callback_.on_run_end(number, runs_[number]);
  }

  /// Called in a catch block: has all runs save and stop, and keeps the first exception, with the name of its run.
  void fail(std::size_t number) {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (failure_) return;
    try {
      throw;
    } catch (const Error& error) {
      const std::string name = runs_[number].folder.filename().string();
      failure_ = std::make_exception_ptr(error.within("run " + name + ": "));
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  const SweepPlan& plan_;
  const SweepFolder& folder_;
  SweepCallback silent_;
  SweepCallback& callback_;
  std::vector<SweepRun> runs_;
  int jobs_;
  int threads_;  ///< of each job
  std::mutex mutex_;
  bool stop_ = false;
  std::exception_ptr failure_;
};

/// Whether setting `a` is better than `b`: it has finished runs, none diverged, higher accuracy, lower loss.
bool better(const SweepSummary& a, const SweepSummary& b) {
  if ((a.finished == 0) != (b.finished == 0)) return b.finished == 0;
  if ((a.diverged == 0) != (b.diverged == 0)) return a.diverged == 0;
  return std::pair(-a.accuracy, a.loss) < std::pair(-b.accuracy, b.loss);
}

/// Checks settings before the first run; keeps the data of the last one for settings with the same [data].
class SettingChecks {
 public:
  SettingChecks(int seeds, SweepCallback& callback) : seeds_(seeds), callback_(callback) {}

  /// Reads the data if they differ from the last setting's, and tells the callback notes and that the setting is in
  /// order. Throws what a run would throw before its first step.
  void check(const SweepSetting& setting) {
    const Config& config = setting.config;
    const int seed = config.run.integer("seed");
    if (seed > std::numeric_limits<int>::max() - seeds_) throw Error(ErrorKind::config, "\"seed\" is too large");
    if (!(config.data == read_)) {
      data_ = load_data(config.data, static_cast<std::uint64_t>(seed));
      read_ = config.data;
    }
    const Startable start = require_startable(config, data_);
    for (const std::string& text : data_.notes) note(text);
    for (const std::string& text : start.notes) note(text);
    callback_.on_checked(setting, start.setup);
  }

 private:
  /// Tells the callback a note, each text once.
  void note(const std::string& text) {
    if (noted_.insert(text).second) callback_.on_note(text);
  }

  int seeds_;
  SweepCallback& callback_;
  Settings read_;  ///< [data] of data_
  DataSplits data_;
  std::set<std::string> noted_;
};

}  // namespace

std::vector<SweepSummary> summarize(const SweepPlan& plan, const std::vector<SweepRun>& runs) {
  std::vector<SweepSummary> summaries;
  for (std::size_t i = 0; i < plan.settings.size(); ++i) {
    SweepSummary summary{.label = plan.settings[i].label};
    std::vector<double> accuracies, losses;
    for (const SweepRun& run : runs) {
      if (run.setting != i) continue;
      if (run.state == State::diverged) ++summary.diverged;
      if (run.state != State::finished) continue;
      accuracies.push_back(run.accuracy);
      losses.push_back(run.loss);
    }
    summary.finished = static_cast<int>(losses.size());
    const Spread accuracy = spread_of(accuracies), loss = spread_of(losses);
    summary.accuracy = accuracy.mean;
    summary.accuracy_deviation = accuracy.deviation;
    summary.loss = loss.mean;
    summary.loss_deviation = loss.deviation;
    summaries.push_back(std::move(summary));
  }
  const auto best = std::ranges::min_element(summaries, better);
  if (best != summaries.end()) best->best = best->finished > 0;
  return summaries;
}

void require_startable(const SweepPlan& plan, SweepCallback* callback) {
  if (plan.settings.empty() || plan.seeds < 1) throw Error(ErrorKind::config, "a sweep needs a setting and a seed");
  SweepCallback silent;
  SettingChecks checks(plan.seeds, callback == nullptr ? silent : *callback);
  for (const auto& setting : plan.settings) {
    try {
      checks.check(setting);
    } catch (const Error& error) {
      if (plan.settings.size() == 1) throw;
      throw error.within("", " (setting \"" + setting.label + "\")");
    }
  }
}

SweepResult run_sweep(const SweepPlan& plan, const SweepOptions& options) {
  require_startable(plan, options.callback);
  const std::string& name = plan.settings[0].config.run.text("name");
  const fs::path path = options.folder.empty() ? fs::path("runs") / (name + "-sweep") : options.folder;
  SweepFolder folder(path, plan, options.force);
  folder.begin();
  RunQueue queue(plan, folder, options.callback, threads_in_all(plan, options.threads));
  queue.work();
  folder.write_page(plan, queue.runs());
  return {.folder = path,
          .table = folder.table(),
          .page = folder.page(),
          .runs = queue.runs(),
          .settings = summarize(plan, queue.runs()),
          .interrupted = queue.stopped()};
}

}  // namespace convoy
