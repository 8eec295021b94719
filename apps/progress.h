#pragma once

#include <chrono>
#include <string>

#include "convoy/callbacks.h"

namespace convoy::app {

/// Shows training on standard error: data and network at the start, a bar that is redrawn on a terminal, a line for
/// each epoch, and warnings. Stops training when the user presses Ctrl-C, and has a checkpoint written at SIGUSR1. With
/// `quiet` it shows notes and warnings only.
class Progress : public Callback {
 public:
  /// Catches signals from here on. With `head` it shows data and network at the start.
  Progress(bool quiet, bool head);
  ~Progress() override;  ///< erases the bar

  void on_run_begin(const RunStart& run) override;
  bool on_batch_end(const BatchLog& log) override;
  bool on_epoch_end(const EpochLog& log) override;
  bool on_evaluation(const EvaluationLog& log) override;
  void on_warning(const std::string& message) override;
  void on_note(const std::string& note) override;
  bool wants_checkpoint() override;

 private:
  /// Whether to redraw the bar: on a terminal after 0.1 seconds, or for the last batch. Notes the time if so.
  bool is_due(bool last);
  /// Draws the bar between two texts over the current line.
  void draw(const std::string& head, double share, const std::string& tail);
  /// Removes the bar, if there is one.
  void erase();

  bool quiet_;
  bool head_;
  bool bar_;
  bool drawn_ = false;  ///< a bar is on the current line
  int epoch_ = 0;       ///< the present one
  int epochs_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

/// Prints each epoch on standard output as one JSON object.
class JsonEpochs : public Callback {
 public:
  bool on_epoch_end(const EpochLog& log) override;
};

}  // namespace convoy::app
