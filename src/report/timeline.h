#pragma once

#include <limits>
#include <string>
#include <vector>

#include "io/run_record.h"
#include "report/chart.h"

namespace convoy {

/// A point in training on each x axis that a chart may have: step, epoch, seconds. NaN where unknown.
struct TrainingTime {
  double step = std::numeric_limits<double>::quiet_NaN();
  double epoch = std::numeric_limits<double>::quiet_NaN();    ///< epochs done
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< of training, validation apart
};

/// Converts between a run's steps, epochs and seconds: the points it recorded, interpolated linearly.
class Timeline {
 public:
  explicit Timeline(const RunRecord& record);

  TrainingTime at(const EpochLog& log) const;
  TrainingTime at(const StepsLog& log) const;
  TrainingTime at_step(std::uint64_t step) const;

 private:
  std::vector<Point> epochs_;   ///< by step
  std::vector<Point> seconds_;  ///< by step
  std::vector<Point> epoch_seconds_;
};

/// A value at a moment, and where several runs were averaged their range.
struct Sample {
  TrainingTime moment;
  double value = 0;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct Curve {
  std::string name;
  std::vector<Sample> samples = {};
};

/// Curves as a <figure> with a view for each clock, "by-step", "by-epoch" and "by-seconds". A clock that the run does
/// not tell gives way to one that it does. "" where no curve has a sample.
std::string figure_over_time(const std::string& title, const std::vector<Curve>& curves, Scaled y = Scaled::linearly);

}  // namespace convoy
