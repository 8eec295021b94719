#pragma once

#include <chrono>
#include <string>

#include "convoy/callbacks.h"

namespace convoy::app {

/// Shows training on standard error: a bar that is redrawn on a terminal, a line an epoch elsewhere, and warnings.
/// Stops it when the user presses Ctrl-C, and has a checkpoint written at SIGUSR1. With `quiet` it shows notes and warnings only.
class Progress : public Callback {
 public:
  explicit Progress(bool quiet);
  ~Progress() override;  ///< leaves no half-drawn bar behind

  bool on_batch_end(const BatchLog& log) override;
  bool on_epoch_end(const EpochLog& log) override;
  void on_note(const std::string& note) override;
  void on_warning(const std::string& message) override;
  bool wants_checkpoint() override;

 private:
  void draw(const BatchLog& log);
  void erase();

  bool quiet_;
  bool bar_;
  bool drawn_ = false;  ///< a bar is on the current line
  int epochs_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

/// Prints each epoch on standard output as one JSON object.
class JsonEpochs : public Callback {
 public:
  bool on_epoch_end(const EpochLog& log) override;
};

}  // namespace convoy::app
