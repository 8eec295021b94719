#pragma once

#include <filesystem>
#include <utility>

#include "convoy/dataset.h"
#include "convoy/metrics.h"
#include "convoy/model.h"
#include "core/stopwatch.h"

namespace convoy {

/// Writes report.html of a run under way; the page reloads itself in the browser until the run has ended.
class RunPage {
 public:
  /// The model must outlive the page.
  RunPage(std::filesystem::path run, Model& model) : run_(std::move(run)), model_(model) {}

  /// Writes the page of a run that goes on. Ignores a failure: results are in other files.
  void show() { try_to_write(true); }
  /// The same for a run that has broken off: the page no longer reloads itself.
  void show_end() { try_to_write(false); }
  /// Calls show() if the last page is at least 2 seconds and 50 times its cost ago, so it takes at most 2 % of the
  /// time.
  void show_if_due();
  /// Writes the last page, with an evaluation of the test set. Throws Error where it cannot be written.
  void write(const Dataset& test, const Evaluation& evaluation);

 private:
  /// Writes the page from what the folder holds, ignoring errors; measures cost_ and restarts since_last_.
  void try_to_write(bool live);

  std::filesystem::path run_;
  Model& model_;
  Stopwatch since_last_;
  double cost_ = 0;  ///< seconds that the last page took
};

}  // namespace convoy
