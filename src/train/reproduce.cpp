#include "convoy/reproduce.h"

#include <algorithm>
#include <map>

#include "convoy/error.h"
#include "io/run_record.h"
#include "train/run_metric.h"

namespace convoy {
namespace {

/// Throws Error{config} for what the sweep cannot show.
void require_measurable(const Experiment& experiment, const SweepPlan& plan, const std::string& file) {
  std::vector<std::string> labels;
  for (const SweepSetting& setting : plan.settings) labels.push_back(setting.label);
  for (const Expectation& expectation : experiment.expectations) {
    try {
      const RunMetric metric(expectation.metric);
    } catch (const Error& error) {
      throw Error(error.kind(), file + ": \"" + expectation.text + "\": " + error.what());
    }
    for (const std::string& label : {expectation.higher, expectation.lower}) {
      if (label.empty() || std::ranges::find(labels, label) != labels.end()) continue;
      throw Error(ErrorKind::config, file + ": \"" + expectation.text + "\": the sweep has no setting \"" + label +
                                         "\"" + did_you_mean(label, labels));
    }
  }
}

/// The runs of each setting, by its label.
std::map<std::string, std::vector<RunRecord>> records_of(const SweepPlan& plan, const SweepResult& sweep) {
  std::map<std::string, std::vector<RunRecord>> records;
  for (const SweepRun& run : sweep.runs) records[plan.settings[run.setting].label].push_back(read_run(run.folder));
  return records;
}

double mean_of(const RunMetric& metric, const std::vector<RunRecord>& runs) {
  double sum = 0;
  for (const RunRecord& run : runs) sum += metric.of(run);
  return sum / static_cast<double>(runs.size());
}

Verdict judge(const Expectation& expectation, const std::map<std::string, std::vector<RunRecord>>& records) {
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

Reproduction reproduce(const std::filesystem::path& file, const ReproduceOptions& options) {
  Reproduction result{.experiment = load_experiment(file), .sweep = {}};
  SweepRequest request;
  if (options.quick) {
    request.sets = result.experiment.quick;
    request.seeds = 1;
  }
  const SweepPlan plan = load_sweep(file, request);
  require_measurable(result.experiment, plan, file.string());
  result.sweep = run_sweep(plan, options.sweep);
  if (result.sweep.interrupted) return result;
  const auto records = records_of(plan, result.sweep);
  for (const Expectation& expectation : result.experiment.expectations) {
    result.verdicts.push_back(judge(expectation, records));
  }
  result.holds = std::ranges::all_of(result.verdicts, &Verdict::holds);
  return result;
}

}  // namespace convoy
