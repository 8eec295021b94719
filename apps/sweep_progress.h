#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "convoy/sweep.h"

namespace convoy::app {

/// How a run ended, in a line: "run 3/12 with BN, seed 42: test accuracy 97.10 %, loss 0.0980, 5.2 s"
std::string text(const SweepPlan& plan, std::size_t run, const SweepRun& ended);

/// Shows a sweep on standard error: on a terminal a table of its runs that is redrawn in place, elsewhere a line for
/// each run. Stops the sweep when the user presses Ctrl-C. With `quiet` it shows warnings only.
class SweepProgress : public SweepCallback {
 public:
  /// Catches signals from here on. `plan` must outlive it.
  SweepProgress(const SweepPlan& plan, bool quiet);
  ~SweepProgress() override;  ///< erases the table

  void on_start(const std::vector<SweepRun>& runs) override;
  void on_run_begin(std::size_t run, const SweepRun& begun) override;
  bool on_batch_end(std::size_t run, const BatchLog& log) override;
  void on_epoch_end(std::size_t run, const EpochLog& log) override;
  void on_note(const std::string& note) override;
  bool on_evaluation(std::size_t run, const EvaluationLog& log) override;
  void on_warning(std::size_t run, const std::string& message) override;
  void on_run_end(std::size_t run, const SweepRun& ended) override;

 private:
  using Clock = std::chrono::steady_clock;

  /// A run with the latest news of its training.
  struct Row {
    SweepRun run;
    BatchLog batch = {};
    EpochLog epoch = {};      ///< the last complete one
    double first_share = -1;  ///< share of the run that was done at the first batch of this process; -1: none yet
    Clock::time_point begun{};
  };

  /// Draws the table on a terminal, at most every 0.1 seconds.
  void draw_if_due();
  /// Draws the table over the last one, as many rows as fit the terminal.
  void draw();
  /// Removes the table, if there is one.
  void erase();
  /// The indices of at most `room` rows to show: the running ones, then those nearest to them.
  std::vector<std::size_t> visible(std::size_t room) const;
  /// The line of a row.
  std::string line(std::size_t number, std::size_t label_width) const;
  /// The last line: how many runs finished, diverged, run and wait.
  std::string totals() const;

  const SweepPlan& plan_;
  bool quiet_;
  bool table_;
  std::vector<Row> rows_;
  std::size_t drawn_lines_ = 0;
  Clock::time_point last_drawn_{};
};

}  // namespace convoy::app
