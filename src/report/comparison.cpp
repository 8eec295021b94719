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

/// Means of what several runs did at one moment, and their range.
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

/// A group's mean over those of its runs that got so far.
Curve mean_curve(const RunGroup& group, Measure measure) {
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

std::string overlay(const Comparison& comparison, Measure measure) {
  std::vector<Curve> curves;
  for (const RunGroup& group : comparison.groups) curves.push_back(mean_curve(group, measure));
  return figure_by_span(title_of(measure), curves);
}

std::string charts(const Comparison& comparison) {
  const std::string figures = overlay(comparison, Measure::validation_loss) +
                              overlay(comparison, Measure::validation_accuracy) + overlay(comparison, Measure::loss) +
                              overlay(comparison, Measure::accuracy) + overlay(comparison, Measure::learning_rate);
  if (figures.empty()) return "";
  const bool repeated =
      std::ranges::any_of(comparison.groups, [](const RunGroup& group) { return group.runs.size() > 1; });
  return (repeated ? remark("Lines are means over a group's runs, bands reach from the lowest to the highest run.")
                   : "") +
         clock_choice() + "<div class=\"charts\">\n" + figures + "</div>\n";
}

/// What the first run of each group recorded of one thing, as curves named by the groups.
std::vector<Curve> of_first_runs(const Comparison& comparison, const std::string& name,
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

/// What the looks into the networks have to say beside each other: the gradients that reach the first layer, and the
/// tensors that the configuration names.
std::string diagnostics(const Comparison& comparison) {
  if (comparison.groups.empty() || comparison.groups.front().runs.empty()) return "";
  const RunRecord& first = comparison.groups.front().runs.front();
  std::string figures;
  if (const auto gradients = gradient_curves(first); !gradients.empty()) {
    const std::string& layer = gradients.front().name;
    figures += figure_by_span("Norm of the gradient of " + layer, of_first_runs(comparison, layer, gradient_curves));
  }
  for (const Curve& tensor : percentile_curves(first)) {
    figures +=
        figure_over_time(percentile_title(tensor.name), of_first_runs(comparison, tensor.name, percentile_curves));
  }
  if (figures.empty()) return "";
  return remark("Of each group's first run.") + "<div class=\"charts\">\n" + figures + "</div>\n";
}

/// "97.31 ± 0.12": mean and sample deviation; "-" where there are no numbers.
std::string spread_text(std::vector<double> values, int digits) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return "-";
  const Spread spread = spread_of(values);
  const std::string mean = fixed(spread.mean, digits);
  return values.size() == 1 ? mean : mean + " ± " + fixed(spread.deviation, digits);
}

template <class Value>
std::string spread_over(const RunGroup& group, int digits, Value value) {
  std::vector<double> values;
  for (const RunRecord& record : group.runs) values.push_back(value(record));
  return spread_text(values, digits);
}

double best_validation(const RunRecord& record) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const EpochLog& log : record.history) {
    if (log.has_validation) best = std::fmax(best, log.validation_accuracy);
  }
  return best;
}

double training_seconds(const RunRecord& record) {
  double seconds = 0;
  for (const EpochLog& log : record.history) seconds += log.seconds;
  return seconds;
}

double outcome_of(const RunRecord& record, double RunOutcome::*value) {
  return record.outcome ? (*record.outcome).*value : std::numeric_limits<double>::quiet_NaN();
}

std::string final_figures(const Comparison& comparison) {
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
    const auto validation = [](const RunRecord& run) { return 100 * best_validation(run); };
    const auto epochs = [](const RunRecord& run) { return static_cast<double>(run.history.size()); };
    rows.push_back({{group.name, true},
                    {std::to_string(group.runs.size())},
                    {spread_over(group, 2, accuracy)},
                    {spread_over(group, 4, loss)},
                    {spread_over(group, 2, validation)},
                    {spread_over(group, 0, epochs)},
                    {spread_over(group, 1, training_seconds)}});
  }
  return remark("Mean ± sample standard deviation over a group's runs.") + table(rows);
}

/// One row a key, one column a group.
std::string settings(const Comparison& comparison) {
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

std::string runs(const Comparison& comparison) {
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
              section("Final figures", final_figures(comparison)) + section("Training", charts(comparison)) +
                  section("Diagnostics", diagnostics(comparison)) +
                  section("Where the groups differ", settings(comparison)) + section("Runs", runs(comparison)));
}

}  // namespace convoy
