#pragma once

#include <chrono>
#include <string>

#include "convoy/callbacks.h"

namespace convoy::app {

/// Shows training on standard error: what begins, a bar that is redrawn on a terminal, a line an epoch, and warnings.
/// Stops it when the user presses Ctrl-C, and has a checkpoint written at SIGUSR1. With `quiet` it shows notes and
/// warnings only.
class Progress : public Callback {
 public:
  /// `head`: show what begins.
  Progress(bool quiet, bool head);
  ~Progress() override;  ///< leaves the next output a line of its own

  void on_run_begin(const RunStart& run) override;
  bool on_batch_end(const BatchLog& log) override;
  bool on_epoch_end(const EpochLog& log) override;
  bool on_evaluation(const EvaluationLog& log) override;
  void on_warning(const std::string& message) override;
  void on_note(const std::string& note) override;
  bool wants_checkpoint() override;

 private:
  bool is_due(bool last);
  void draw(const std::string& head, double share, const std::string& tail);
  void erase();

  bool quiet_;
  bool head_;
  bool bar_;
  bool drawn_ = false;  ///< a bar is on the current line
  int epoch_ = 0;       ///< under way
  int epochs_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

/// Prints each epoch on standard output as one JSON object.
class JsonEpochs : public Callback {
 public:
  bool on_epoch_end(const EpochLog& log) override;
};

}  // namespace convoy::app
