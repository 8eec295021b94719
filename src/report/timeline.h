#pragma once

#include <limits>
#include <string>
#include <vector>

#include "io/run_record.h"
#include "report/chart.h"

namespace convoy {

/// A moment of training on each x axis that a chart may have; NaN where unknown.
struct TrainingTime {
  double step = std::numeric_limits<double>::quiet_NaN();
  double epoch = std::numeric_limits<double>::quiet_NaN();    ///< epochs done
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< of training, without validation
};

/// Converts a run's steps to epochs and seconds by linear interpolation between the points that it logged.
class Timeline {
 public:
  /// Collects the points at which the run logged its epoch and its time.
  explicit Timeline(const RunRecord& record);

  /// The moment of a log entry or of a step. An epoch of older runs has no step; a time before the first log may be
  /// NaN.
  TrainingTime at(const EpochLog& log) const;
  TrainingTime at(const StepsLog& log) const;
  TrainingTime at_step(std::uint64_t step) const;

 private:
  std::vector<Point> epochs_;         ///< epochs done by step
  std::vector<Point> seconds_;        ///< seconds by step
  std::vector<Point> epoch_seconds_;  ///< seconds by epoch
};

/// A value at a moment, with the range of the values where it is a mean or a median; NaN without a range.
struct Sample {
  TrainingTime moment;
  double value = 0;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// A named line over the training.
struct Curve {
  std::string name;
  std::vector<Sample> samples = {};
};

/// A <figure> of the curves with a view for each clock: "by-step", "by-epoch" and "by-seconds". A clock that the run
/// did not log shows the first one that it did. "" where no curve has a sample.
std::string figure_over_time(const std::string& title, const std::vector<Curve>& curves, Scaled y = Scaled::linearly);

}  // namespace convoy
