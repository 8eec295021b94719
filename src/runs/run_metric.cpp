#include "runs/run_metric.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "convoy/error.h"
#include "convoy/reproduce.h"

namespace convoy {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_recorded = std::numeric_limits<double>::quiet_NaN();

/// The mean; NaN of no values.
double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? not_recorded : sum / static_cast<double>(values.size());
}

// Each metric takes a run and what follows the dot in its name; rows() below says what it is.

bool succeeded(const RunRecord& run) { return run.outcome && !run.divergence; }

double accuracy(const RunRecord& run, const std::string&) { return succeeded(run) ? run.outcome->accuracy : 0; }

double error(const RunRecord& run, const std::string&) { return 1 - accuracy(run, ""); }

double loss(const RunRecord& run, const std::string&) { return succeeded(run) ? run.outcome->loss : infinity; }

/// The training loss of the last epoch; infinity for a run that has not ended well.
double training_loss(const RunRecord& run, const std::string&) {
  return succeeded(run) && !run.history.empty() ? run.history.back().loss : infinity;
}

double diverged(const RunRecord& run, const std::string&) { return run.divergence ? 1 : 0; }

/// The validation accuracy at the end of epoch number `argument`; NaN where there is none.
double validation_accuracy(const RunRecord& run, const std::string& argument) {
  for (const EpochLog& log : run.history) {
    if (std::to_string(log.epoch) == argument && log.has_validation) return log.validation_accuracy;
  }
  return not_recorded;
}

/// The mean absolute change of the validation accuracy between epochs in the second half of training.
double validation_noise(const RunRecord& run, const std::string&) {
  std::vector<double> changes;
  for (std::size_t i = std::max<std::size_t>(1, run.history.size() / 2); i < run.history.size(); ++i) {
    changes.push_back(std::abs(run.history[i].validation_accuracy - run.history[i - 1].validation_accuracy));
  }
  return mean(changes);
}

/// The geometric mean of a layer's member over all Diagnostics records of the run; NaN where none has it.
template <std::optional<double> LayerDiagnostics::*member>
double of_layer(const RunRecord& run, const std::string& name) {
  std::vector<double> logarithms;
  for (const Diagnostics& found : run.diagnostics) {
    const auto layer = std::ranges::find(found.layers, name, &LayerDiagnostics::name);
    if (layer == found.layers.end() || !((*layer).*member)) continue;
    logarithms.push_back(std::log(std::max(*((*layer).*member), std::numeric_limits<double>::min())));
  }
  return std::exp(mean(logarithms));
}

/// The mean |log| of a batch norm's variance shift over all Diagnostics records; NaN where none has it.
double variance_shift(const RunRecord& run, const std::string& name) {
  std::vector<double> shifts;
  for (const Diagnostics& found : run.diagnostics) {
    const auto norm = std::ranges::find(found.batch_norms, name, &BatchNormDiagnostics::name);
    if (norm != found.batch_norms.end()) shifts.push_back(std::abs(std::log(norm->variance_shift)));
  }
  return mean(shifts);
}

/// The mean distance of a tensor's percentiles from their values in the last Diagnostics record, over all records and
/// the three percentiles, divided by the last p85 - p15; NaN where none has it.
double drift(const RunRecord& run, const std::string& name) {
  std::vector<PercentileBand> bands;
  for (const Diagnostics& found : run.diagnostics) {
    const auto band = std::ranges::find(found.percentiles, name, &PercentileBand::name);
    if (band != found.percentiles.end()) bands.push_back(*band);
  }
  if (bands.empty()) return not_recorded;
  const PercentileBand& last = bands.back();
  std::vector<double> distances;
  for (const PercentileBand& band : bands) {
    distances.push_back(
        (std::abs(band.p15 - last.p15) + std::abs(band.p50 - last.p50) + std::abs(band.p85 - last.p85)) / 3);
  }
  return mean(distances) / (last.p85 - last.p15);
}

/// One row of the table of metrics.
struct Row {
  std::string name;
  std::string argument;  ///< what follows the dot in the name: "EPOCH", "LAYER"; empty: nothing
  std::string doc;
  double (*value)(const RunRecord&, const std::string& argument);
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"accuracy", "", "Share of the test images; 0 for a run that diverged.", accuracy},
      {"error", "", "1 - accuracy.", error},
      {"loss", "", "Loss on the test images.", loss},
      {"training_loss", "", "Mean loss over the last epoch.", training_loss},
      {"diverged", "", "1 for a run that diverged, else 0.", diverged},
      {"validation_accuracy", "EPOCH", "Validation accuracy at that epoch's end.", validation_accuracy},
      {"validation_noise", "", "Change of the validation accuracy between epochs, in the second half.",
       validation_noise},
      {"gradient_norm", "LAYER", "Geometric mean over the diagnostics records.",
       of_layer<&LayerDiagnostics::gradient_norm>},
      {"weight_norm", "LAYER", "Geometric mean over the diagnostics records.",
       of_layer<&LayerDiagnostics::weight_norm>},
      {"update_ratio", "LAYER", "Geometric mean over the diagnostics records.",
       of_layer<&LayerDiagnostics::update_ratio>},
      {"variance_shift", "LAYER", "|log| of a batch norm's variance shift, mean over the diagnostics records.",
       variance_shift},
      {"drift", "TENSOR", "Mean distance of its percentiles from the last ones, divided by the last p85 - p15.", drift},
  };
  return table;
}

}  // namespace

RunMetric::RunMetric(const std::string& name) {
  const auto dot = name.find('.');
  const std::string first = name.substr(0, dot);
  if (dot != std::string::npos) argument_ = name.substr(dot + 1);
  const auto row = std::ranges::find(rows(), first, &Row::name);
  if (row == rows().end()) {
    std::vector<std::string> names;
    for (const Row& known : rows()) names.push_back(known.name);
    throw Error(ErrorKind::config, "unknown metric \"" + first + "\"" + did_you_mean(first, names));
  }
  if (row->argument.empty() != argument_.empty()) {
    throw Error(ErrorKind::config, "metric \"" + name + "\": expected " + first +
                                       (row->argument.empty() ? " alone" : "." + row->argument));
  }
  value_ = row->value;
}

std::vector<std::pair<std::string, std::string>> metric_names() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Row& row : rows())
    names.emplace_back(row.name + (row.argument.empty() ? "" : "." + row.argument), row.doc);
  return names;
}

}  // namespace convoy
