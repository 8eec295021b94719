#pragma once

#include <filesystem>
#include <utility>

#include "convoy/dataset.h"
#include "convoy/metrics.h"
#include "convoy/model.h"
#include "core/stopwatch.h"

namespace convoy {

/// The report.html of a run under way, which loads itself again until the run has ended.
class RunPage {
 public:
  /// The model must outlive the page.
  RunPage(std::filesystem::path run, Model& model) : run_(std::move(run)), model_(model) {}

  /// Writes the page of a run that goes on, or has broken off. Where that fails training is not disturbed: what matters
  /// is in other files.
  void show() { try_to_write(true); }
  void show_end() { try_to_write(false); }
  /// Not so often that it would take more than 2 % of the time.
  void show_if_due();
  /// The last page, with an evaluation of the test set. Throws Error.
  void write(const Dataset& test, const Evaluation& evaluation);

 private:
  void try_to_write(bool live);

  std::filesystem::path run_;
  Model& model_;
  Stopwatch since_last_;
  double cost_ = 0;  ///< seconds that the last page took
};

}  // namespace convoy
