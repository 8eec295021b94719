#include "report/run_charts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "report/markup.h"

namespace convoy {
namespace {

/// Where a measure is in the run's logs, and how charts show it.
struct MeasureRow {
  const char* title;
  double EpochLog::*of_epoch;  ///< the value by epoch
  double StepsLog::*of_steps;  ///< the value by step; null where it is logged by epoch only
  double factor;               ///< from the logged to the shown value
  bool validation;             ///< whether only epochs with validation have it
};

const MeasureRow& row_of(Measure measure) {
  static constexpr std::array rows = {
      MeasureRow{"Training loss", &EpochLog::loss, &StepsLog::loss, 1, false},
      MeasureRow{"Validation loss", &EpochLog::validation_loss, nullptr, 1, true},
      MeasureRow{"Training accuracy, %", &EpochLog::accuracy, &StepsLog::accuracy, 100, false},
      MeasureRow{"Validation accuracy, %", &EpochLog::validation_accuracy, nullptr, 100, true},
      MeasureRow{"Learning rate", &EpochLog::learning_rate, &StepsLog::learning_rate, 1, false}};
  return rows[static_cast<std::size_t>(measure)];
}

/// Curves in order of first appearance; add() finds them by name.
class Curves {
 public:
  /// Appends a sample to the curve of that name, which is begun where there is none.
  void add(const std::string& name, const Sample& sample) {
    auto found = std::ranges::find(curves_, name, &Curve::name);
    if (found == curves_.end()) found = curves_.insert(found, {name, {}});
    found->samples.push_back(sample);
  }
  const std::vector<Curve>& all() const { return curves_; }

 private:
  std::vector<Curve> curves_;
};

/// A member of LayerDiagnostics that not every layer has.
using LayerValue = std::optional<double> LayerDiagnostics::*;

/// A layer's value times `factor` over all Diagnostics records of the run: a curve a layer, without missing values.
Curves layer_curves(const RunRecord& record, const Timeline& timeline, LayerValue value, double factor = 1) {
  Curves curves;
  for (const Diagnostics& seen : record.diagnostics) {
    for (const LayerDiagnostics& layer : seen.layers) {
      if (layer.*value) curves.add(layer.name, {timeline.at_step(seen.step), *(layer.*value) * factor});
    }
  }
  return curves;
}

/// A figure of a value with a curve a layer; "" where no layer has it.
std::string layer_figure(const std::string& title, const RunRecord& record, const Timeline& timeline,
                         LayerValue value) {
  return figure_by_span(title, layer_curves(record, timeline, value).all());
}

/// A figure of a value with a curve for each batch norm layer; "" without such layers.
std::string batch_norm_figure(const std::string& title, const RunRecord& record, const Timeline& timeline,
                              double BatchNormDiagnostics::*value) {
  Curves curves;
  for (const Diagnostics& seen : record.diagnostics) {
    for (const auto& norm : seen.batch_norms) curves.add(norm.name, {timeline.at_step(seen.step), norm.*value});
  }
  return figure_by_span(title, curves.all());
}

/// A figure for each tensor whose percentiles the run recorded.
std::string percentile_figures(const RunRecord& record) {
  std::string text;
  for (const Curve& curve : percentile_curves(record)) text += figure_over_time(percentile_title(curve.name), {curve});
  return text;
}

/// A figure of the probe's loss in train mode and in predict mode; "" where neither was measured.
std::string probe_loss_figure(const RunRecord& record, const Timeline& timeline) {
  Curves curves;
  for (const Diagnostics& seen : record.diagnostics) {
    const TrainingTime moment = timeline.at_step(seen.step);
    if (seen.train_mode_loss) curves.add("in train mode", {moment, *seen.train_mode_loss});
    if (seen.predict_mode_loss) curves.add("in predict mode", {moment, *seen.predict_mode_loss});
  }
  return figure_by_span("Loss of the probe", curves.all());
}

/// Bars of the time that each layer takes; "" without times. They are of the run's last Diagnostics record, since the
/// first has the times of a cold start. There must be a record.
std::string time_figure(const RunRecord& record) {
  BarChart chart{"Time by layer, us of work an image", {"forward", "backward"}, {}};
  for (const LayerDiagnostics& layer : record.diagnostics.back().layers) {
    if (layer.forward_us + layer.backward_us > 0)
      chart.bars.push_back({layer.name, {layer.forward_us, layer.backward_us}});
  }
  return chart.bars.empty() ? "" : figure(chart);
}

/// A measure over the run as a curve of that name, empty where the run does not have it.
Curve measure_curve(const RunRecord& record, Measure measure, const std::string& name) {
  return {name, samples_of(record, measure)};
}

/// 100 % - accuracy, which still shows progress where accuracies come near 100 %.
Curve error_of(Curve accuracy) {
  for (Sample& sample : accuracy.samples) sample.value = 100 - sample.value;
  return accuracy;
}

}  // namespace

std::string percentile_title(const std::string& tensor) {
  return tensor + ": median, and from the 15th to the 85th percentile";
}

std::vector<Curve> percentile_curves(const RunRecord& record) {
  const Timeline timeline(record);
  Curves curves;
  for (const Diagnostics& seen : record.diagnostics) {
    for (const PercentileBand& band : seen.percentiles) {
      curves.add(band.name, {timeline.at_step(seen.step), band.p50, band.p15, band.p85});
    }
  }
  return curves.all();
}

std::vector<Curve> gradient_curves(const RunRecord& record) {
  return layer_curves(record, Timeline(record), &LayerDiagnostics::gradient_norm).all();
}

std::string figure_by_span(const std::string& title, const std::vector<Curve>& curves) {
  std::vector<Series> values;
  for (const Curve& curve : curves) {
    Series series;
    for (const Sample& sample : curve.samples) series.points.push_back({0, sample.value});
    values.push_back(series);
  }
  return figure_over_time(title, curves, scaled_by_span(values));
}

std::string title_of(Measure measure) { return row_of(measure).title; }

std::vector<Sample> samples_of(const RunRecord& record, Measure measure) {
  const MeasureRow& row = row_of(measure);
  const Timeline timeline(record);
  std::vector<Sample> samples;
  if (row.of_steps != nullptr && !record.steps.empty()) {
    for (const StepsLog& log : record.steps) samples.push_back({timeline.at(log), log.*row.of_steps * row.factor});
    return samples;
  }
  for (const EpochLog& log : record.history) {
    if (row.validation && !log.has_validation) continue;
    samples.push_back({timeline.at(log), log.*row.of_epoch * row.factor});
  }
  return samples;
}

std::string state_text(const RunRecord& record) {
  if (record.divergence) return "diverged";
  if (!record.outcome) return "not finished";
  return record.outcome->interrupted ? "interrupted" : "finished";
}

std::string clock_choice() {
  return "<div class=\"clocks\" role=\"group\" aria-label=\"x axis\"><label for=\"by-step\">steps</label>"
         "<label for=\"by-epoch\">epochs</label><label for=\"by-seconds\">seconds</label></div>\n";
}

std::string training_charts(const RunRecord& record) {
  const std::vector<Curve> losses = {measure_curve(record, Measure::loss, "training"),
                                     measure_curve(record, Measure::validation_loss, "validation")};
  const std::vector<Curve> accuracies = {measure_curve(record, Measure::accuracy, "training"),
                                         measure_curve(record, Measure::validation_accuracy, "validation")};
  const std::string charts =
      figure_by_span("Loss", losses) + figure_over_time("Accuracy, %", accuracies) +
      figure_over_time("Error, %", {error_of(accuracies[0]), error_of(accuracies[1])}, Scaled::logarithmically) +
      figure_by_span(title_of(Measure::learning_rate),
                     {measure_curve(record, Measure::learning_rate, "learning rate")});
  if (charts.empty()) return "";
  return clock_choice() + "<div class=\"charts\">\n" + charts + "</div>\n";
}

std::string diagnostics_charts(const RunRecord& record) {
  if (record.diagnostics.empty()) return "";
  const Timeline timeline(record);
  return "<div class=\"charts\">\n" +
         layer_figure("Norm of the gradient", record, timeline, &LayerDiagnostics::gradient_norm) +
         layer_figure("Norm of the weights", record, timeline, &LayerDiagnostics::weight_norm) +
         layer_figure("Change of the weights by their norm", record, timeline, &LayerDiagnostics::update_ratio) +
         figure_over_time("Dead units, %", layer_curves(record, timeline, &LayerDiagnostics::dead, 100).all()) +
         probe_loss_figure(record, timeline) +
         batch_norm_figure("Batch norm: gap of the means, in deviations", record, timeline,
                           &BatchNormDiagnostics::mean_gap) +
         batch_norm_figure("Batch norm: moving variance by variance in train mode", record, timeline,
                           &BatchNormDiagnostics::variance_ratio) +
         batch_norm_figure("Batch norm: variance in predict mode by train mode", record, timeline,
                           &BatchNormDiagnostics::variance_shift) +
         percentile_figures(record) + time_figure(record) + "</div>\n";
}

}  // namespace convoy
