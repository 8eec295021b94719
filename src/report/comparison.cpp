#include "report/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "convoy/number_text.h"
#include "core/spread.h"
#include "report/markup.h"
#include "report/page.h"
#include "report/run_charts.h"

namespace convoy {
namespace {

/// The mean of one moment's samples, in time and value, with the range of the values; there must be one sample.
Sample averaged(const std::vector<Sample>& samples) {
  Sample mean{.moment = {0, 0, 0}, .value = 0, .low = samples.front().value, .high = samples.front().value};
  const auto share = 1 / static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    mean.moment.step += sample.moment.step * share;
    mean.moment.epoch += sample.moment.epoch * share;
    mean.moment.seconds += sample.moment.seconds * share;
    mean.value += sample.value * share;
    mean.low = std::min(mean.low, sample.value);
    mean.high = std::max(mean.high, sample.value);
  }
  return mean;
}

/// A group's curve of a measure: at each step or epoch the mean over the runs that reached it, NaN left out. A group of
/// one run has that run's samples.
Curve curve_of_group(const RunGroup& group, Measure measure) {
  if (group.runs.size() == 1) return {group.name, samples_of(group.runs.front(), measure)};
  std::map<double, std::vector<Sample>> by_time;
  for (const RunRecord& record : group.runs) {
    for (const Sample& sample : samples_of(record, measure)) {
      const double time = std::isfinite(sample.moment.step) ? sample.moment.step : sample.moment.epoch;
      if (std::isfinite(sample.value)) by_time[time].push_back(sample);
    }
  }
  Curve curve{group.name};
  for (const auto& [time, samples] : by_time) curve.samples.push_back(averaged(samples));
  return curve;
}

/// A figure with one curve a group; "" where no run has the measure.
std::string measure_figure(const Comparison& comparison, Measure measure) {
  std::vector<Curve> curves;
  for (const RunGroup& group : comparison.groups) curves.push_back(curve_of_group(group, measure));
  return figure_by_span(title_of(measure), curves);
}

/// The measures' figures below the choice of the x axis, with a remark on bands where groups have several runs; ""
/// without figures.
std::string training_figures(const Comparison& comparison) {
  const std::string figures =
      measure_figure(comparison, Measure::validation_loss) + measure_figure(comparison, Measure::validation_accuracy) +
      measure_figure(comparison, Measure::loss) + measure_figure(comparison, Measure::accuracy) +
      measure_figure(comparison, Measure::learning_rate);
  if (figures.empty()) return "";
  const bool repeated =
      std::ranges::any_of(comparison.groups, [](const RunGroup& group) { return group.runs.size() > 1; });
  return (repeated ? remark("Lines are means over a group's runs, bands reach from the lowest to the highest run.")
                   : "") +
         clock_choice() + "<div class=\"charts\">\n" + figures + "</div>\n";
}

/// The curve called `name` of each group's first run, renamed to the group; groups without one are left out.
std::vector<Curve> curves_of_first_runs(const Comparison& comparison, const std::string& name,
                                        std::vector<Curve> (*curves_of)(const RunRecord&)) {
  std::vector<Curve> curves;
  for (const RunGroup& group : comparison.groups) {
    if (group.runs.empty()) continue;
    for (Curve& curve : curves_of(group.runs.front())) {
      if (curve.name == name) curves.push_back({group.name, std::move(curve.samples)});
    }
  }
  return curves;
}

/// The diagnostics of each group's first run side by side: the first layer's gradients, and the percentiles of each
/// tensor that the very first run recorded. "" where there are none.
std::string diagnostics_figures(const Comparison& comparison) {
  if (comparison.groups.empty() || comparison.groups.front().runs.empty()) return "";
  const RunRecord& first = comparison.groups.front().runs.front();
  std::string figures;
  if (const auto gradients = gradient_curves(first); !gradients.empty()) {
    const std::string& layer = gradients.front().name;
    figures +=
        figure_by_span("Norm of the gradient of " + layer, curves_of_first_runs(comparison, layer, gradient_curves));
  }
  for (const Curve& tensor : percentile_curves(first)) {
    figures += figure_over_time(percentile_title(tensor.name),
                                curves_of_first_runs(comparison, tensor.name, percentile_curves));
  }
  if (figures.empty()) return "";
  return remark("Of each group's first run.") + "<div class=\"charts\">\n" + figures + "</div>\n";
}

/// "97.31 ± 0.12": mean and sample deviation of the finite values; one value alone, "-" without any.
std::string spread_text(std::vector<double> values, int digits) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return "-";
  const Spread spread = spread_of(values);
  const std::string mean = fixed(spread.mean, digits);
  return values.size() == 1 ? mean : mean + " ± " + fixed(spread.deviation, digits);
}

/// spread_text of value(run) over a group's runs.
template <class Value>
std::string spread_over_runs(const RunGroup& group, int digits, Value value) {
  std::vector<double> values;
  for (const RunRecord& record : group.runs) values.push_back(value(record));
  return spread_text(values, digits);
}

/// The highest validation accuracy of all epochs; NaN without validation.
double best_validation_accuracy(const RunRecord& record) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const EpochLog& log : record.history) {
    if (log.has_validation) best = std::fmax(best, log.validation_accuracy);
  }
  return best;
}

/// The seconds of all epochs together.
double training_seconds(const RunRecord& record) {
  double seconds = 0;
  for (const EpochLog& log : record.history) seconds += log.seconds;
  return seconds;
}

/// A number of the run's outcome; NaN where the run has none.
double outcome_of(const RunRecord& record, double RunOutcome::*value) {
  return record.outcome ? (*record.outcome).*value : std::numeric_limits<double>::quiet_NaN();
}

/// A table with a row for each group: mean and deviation of its runs' final figures, below a remark that says so.
std::string results_table(const Comparison& comparison) {
  std::vector<std::vector<Cell>> rows = {{{"group", true},
                                          {"runs"},
                                          {"test accuracy, %"},
                                          {"test loss"},
                                          {"best validation accuracy, %"},
                                          {"epochs"},
                                          {"seconds of training"}}};
  for (const RunGroup& group : comparison.groups) {
    const auto accuracy = [](const RunRecord& run) { return 100 * outcome_of(run, &RunOutcome::accuracy); };
    const auto loss = [](const RunRecord& run) { return outcome_of(run, &RunOutcome::loss); };
    const auto validation = [](const RunRecord& run) { return 100 * best_validation_accuracy(run); };
    const auto epochs = [](const RunRecord& run) { return static_cast<double>(run.history.size()); };
    rows.push_back({{group.name, true},
                    {std::to_string(group.runs.size())},
                    {spread_over_runs(group, 2, accuracy)},
                    {spread_over_runs(group, 4, loss)},
                    {spread_over_runs(group, 2, validation)},
                    {spread_over_runs(group, 0, epochs)},
                    {spread_over_runs(group, 1, training_seconds)}});
  }
  return remark("Mean ± sample standard deviation over a group's runs.") + table(rows);
}

/// A table of the keys in which the groups differ, a row a key, a column a group; "" where there are none.
std::string differences_table(const Comparison& comparison) {
  if (comparison.groups.empty() || comparison.groups.front().settings.empty()) return "";
  std::vector<std::vector<Cell>> rows = {{{"key", true}}};
  for (const RunGroup& group : comparison.groups) rows[0].push_back({group.name, true});
  const std::size_t keys = comparison.groups.front().settings.size();
  for (std::size_t i = 0; i < keys; ++i) {
    rows.push_back({{comparison.groups.front().settings[i].first, true}});
    for (const RunGroup& group : comparison.groups) rows.back().push_back({group.settings.at(i).second, true});
  }
  return table(rows);
}

/// A table with a row for each run of each group.
std::string runs_table(const Comparison& comparison) {
  std::vector<std::vector<Cell>> rows = {
      {{"run", true}, {"group", true}, {"state", true}, {"test accuracy"}, {"test loss"}, {"epochs"}}};
  for (const RunGroup& group : comparison.groups) {
    for (const RunRecord& record : group.runs) {
      rows.push_back({{record.folder.empty() ? record.name : record.folder.string(), true},
                      {group.name, true},
                      {state_text(record), true},
                      {percent(outcome_of(record, &RunOutcome::accuracy))},
                      {fixed(outcome_of(record, &RunOutcome::loss), 4)},
                      {std::to_string(record.history.size())}});
    }
  }
  return table(rows);
}

}  // namespace

std::string html(const Comparison& comparison) {
  std::size_t count = 0;
  for (const RunGroup& group : comparison.groups) count += group.runs.size();
  return page(comparison.title,
              "A comparison of " + std::to_string(count) + " runs in " + std::to_string(comparison.groups.size()) +
                  (comparison.groups.size() == 1 ? " group." : " groups."),
              section("Final figures", results_table(comparison)) + section("Training", training_figures(comparison)) +
                  section("Diagnostics", diagnostics_figures(comparison)) +
                  section("Where the groups differ", differences_table(comparison)) +
                  section("Runs", runs_table(comparison)));
}

}  // namespace convoy
