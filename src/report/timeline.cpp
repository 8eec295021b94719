#include "report/timeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace convoy {
namespace {

/// An x axis for charts over time: the class of its view, its label, and where a TrainingTime has it.
struct Clock {
  const char* view;
  const char* label;
  double TrainingTime::*time;
};
constexpr Clock clocks[] = {{"by-step", "step", &TrainingTime::step},
                            {"by-epoch", "epoch", &TrainingTime::epoch},
                            {"by-seconds", "seconds of training", &TrainingTime::seconds}};

/// The y at `x` on straight lines through `points`, the first and last of which continue; NaN for fewer than two
/// points.
double interpolated(const std::vector<Point>& points, double x) {
  if (points.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  auto after = std::ranges::lower_bound(points, x, {}, &Point::x);
  after = std::clamp(after, std::next(points.begin()), std::prev(points.end()));
  const Point& a = *(after - 1);
  const Point& b = *after;
  return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
}

/// Appends a point if its y is finite and its x is above the last one's; `points` must not be empty.
void append_rising(std::vector<Point>& points, Point point) {
  if (std::isfinite(point.y) && point.x > points.back().x) points.push_back(point);
}

/// A curve's points, and its band where samples have ranges, by one clock; samples without that time are left out.
Series series_by(const Curve& curve, const Clock& clock) {
  Series series{curve.name, {}};
  for (const Sample& sample : curve.samples) {
    const double x = sample.moment.*clock.time;
    if (!std::isfinite(x)) continue;
    series.points.push_back({x, sample.value});
    if (std::isfinite(sample.low)) series.band.push_back({x, sample.low, sample.high});
  }
  return series;
}

/// `frame` with the clock's label and a series for each curve.
Chart chart_by(const Chart& frame, const std::vector<Curve>& curves, const Clock& clock) {
  Chart chart = frame;
  chart.x_label = clock.label;
  for (const Curve& curve : curves) chart.series.push_back(series_by(curve, clock));
  return chart;
}

/// Whether no series has a point.
bool is_empty(const Chart& chart) {
  return std::ranges::all_of(chart.series, [](const Series& series) { return series.points.empty(); });
}

}  // namespace

Timeline::Timeline(const RunRecord& record) : epochs_{{0, 0}}, seconds_{{0, 0}}, epoch_seconds_{{0, 0}} {
  double seconds = 0;
  std::vector<Point> marks;
  for (const EpochLog& log : record.history) {
    seconds += log.seconds;
    const auto step = static_cast<double>(log.step);
    append_rising(epochs_, {step, static_cast<double>(log.epoch)});
    append_rising(epoch_seconds_, {static_cast<double>(log.epoch), seconds});
    marks.push_back({step, seconds});
  }
  for (const StepsLog& log : record.steps) marks.push_back({static_cast<double>(log.step), log.seconds});
  std::ranges::stable_sort(marks, {}, &Point::x);
  for (const Point& mark : marks) append_rising(seconds_, mark);
}

TrainingTime Timeline::at(const EpochLog& log) const {
  TrainingTime moment{.epoch = static_cast<double>(log.epoch)};
  if (log.step > 0) moment.step = static_cast<double>(log.step);
  moment.seconds = interpolated(epoch_seconds_, moment.epoch);
  return moment;
}

TrainingTime Timeline::at(const StepsLog& log) const {
  TrainingTime moment = at_step(log.step);
  moment.seconds = log.seconds;
  return moment;
}

TrainingTime Timeline::at_step(std::uint64_t step) const {
  const auto x = static_cast<double>(step);
  return {x, interpolated(epochs_, x), interpolated(seconds_, x)};
}

std::string figure_over_time(const std::string& title, const std::vector<Curve>& curves, Scaled y) {
  std::vector<Curve> some;
  std::ranges::copy_if(curves, std::back_inserter(some), [](const Curve& curve) { return !curve.samples.empty(); });
  if (some.empty()) return "";
  std::vector<View> views;
  for (const Clock& clock : clocks) {
    views.push_back({clock.view, chart_by({.title = title, .x_label = {}, .series = {}, .y = y}, some, clock)});
  }
  const auto told = std::ranges::find_if(views, [](const View& view) { return !is_empty(view.chart); });
  if (told == views.end()) return "";
  const Chart instead = told->chart;
  for (View& view : views) {
    if (is_empty(view.chart)) view.chart = instead;
  }
  return figure(views);
}

}  // namespace convoy
