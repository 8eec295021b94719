#include "convoy/reproduce.h"

#include <algorithm>
#include <map>

#include "config/catalog.h"
#include "config/experiment.h"
#include "config/load.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "io/run_record.h"
#include "runs/run_metric.h"

namespace convoy {
namespace {

/// Throws Error{config} for an expectation whose metric does not exist or whose setting is not in the sweep.
void require_measurable(const Experiment& experiment, const std::string& file) {
  std::vector<std::string> labels;
  for (const SweepSetting& setting : experiment.plan.settings) labels.push_back(setting.label);
  for (const Expectation& expectation : experiment.expectations) {
    const std::string where = file + ": \"" + expectation.text + "\": ";
    try {
      const RunMetric metric(expectation.metric);
    } catch (const Error& error) {
      throw error.within(where);
    }
    for (const std::string& label : {expectation.higher, expectation.lower}) {
      if (label.empty() || std::ranges::find(labels, label) != labels.end()) continue;
      throw Error(ErrorKind::config,
                  where + "the sweep has no setting \"" + label + "\"" + did_you_mean(label, labels));
    }
  }
}

/// The records of each setting's runs, by the setting's label.
using Records = std::map<std::string, std::vector<RunRecord>>;

/// Reads the folders of all runs of the sweep.
Records records_of(const SweepPlan& plan, const SweepResult& sweep) {
  Records records;
  for (const SweepRun& run : sweep.runs) records[plan.settings[run.setting].label].push_back(read_run(run.folder));
  return records;
}

/// The mean of a metric over runs.
double mean_of(const RunMetric& metric, const std::vector<RunRecord>& runs) {
  double sum = 0;
  for (const RunRecord& run : runs) sum += metric.of(run);
  return sum / static_cast<double>(runs.size());
}

/// Compares the means over the seeds of the two settings, or of one with the margin alone.
Verdict judge(const Expectation& expectation, const Records& records) {
  const RunMetric metric(expectation.metric);
  Verdict verdict{.expectation = expectation};
  verdict.higher = mean_of(metric, records.at(expectation.higher));
  verdict.lower = expectation.margin;
  if (!expectation.lower.empty()) {
    verdict.lower += expectation.factor * mean_of(metric, records.at(expectation.lower));
  }
  verdict.holds = verdict.higher > verdict.lower;
  return verdict;
}

}  // namespace

Experiment load_experiment(const std::filesystem::path& file, bool quick) {
  const ConfigText text = read_config_text(file);
  std::error_code ignored;
  const Document document = read_document(text, {std::filesystem::weakly_canonical(file, ignored)}, catalog());
  const auto section = document.apart.find("experiment");
  if (section == document.apart.end()) {
    throw Error(ErrorKind::config, file.string() + ": no [experiment] in it; convoy sweep runs a [sweep] alone");
  }
  Experiment experiment = read_experiment(section->second, convoy::section("experiment"));
  SweepRequest request;
  if (quick && experiment.quick.empty()) {
    throw Error(ErrorKind::config, shown(file.string()) + ": has no quick form: what it shows is smaller than the " +
                                       "chance in a short run");
  }
  if (quick) request = {.sets = experiment.quick, .seeds = 1};
  experiment.plan = load_sweep(file, request);
  require_measurable(experiment, file.string());
  return experiment;
}

Reproduction reproduce(const Experiment& experiment, const SweepOptions& options) {
  Reproduction result{.sweep = run_sweep(experiment.plan, options)};
  if (result.sweep.interrupted) return result;
  const Records records = records_of(experiment.plan, result.sweep);
  for (const Expectation& expectation : experiment.expectations) {
    result.verdicts.push_back(judge(expectation, records));
  }
  result.holds = std::ranges::all_of(result.verdicts, &Verdict::holds);
  return result;
}

}  // namespace convoy
