#pragma once

#include <string>
#include <vector>

#include "io/run_record.h"
#include "report/timeline.h"

namespace convoy {

/// The values that a run logs as it trains.
enum class Measure { loss, validation_loss, accuracy, validation_accuracy, learning_rate };

/// The title of a measure's chart: "Training loss", "Validation accuracy, %" ...
std::string title_of(Measure measure);

/// A measure over a run, by step where it was logged by step, else by epoch; empty where the run does not have it.
/// Accuracies are in percent.
std::vector<Sample> samples_of(const RunRecord& record, Measure measure);

/// The state of a run in words: "finished", "interrupted", "diverged" or "not finished".
std::string state_text(const RunRecord& record);

/// The median of each tensor whose percentiles the run recorded, with the band from the 15th to the 85th.
std::vector<Curve> percentile_curves(const RunRecord& record);
std::string percentile_title(const std::string& tensor);

/// The norm of the gradient of each layer with parameters, a curve a layer, in the network's order.
std::vector<Curve> gradient_curves(const RunRecord& record);

/// figure_over_time() with a logarithmic y axis where the values are positive and span more than a factor of 30.
std::string figure_by_span(const std::string& title, const std::vector<Curve>& curves);

/// Buttons that choose the x axis of all charts over time.
std::string clock_choice();

/// Charts of loss, accuracy, error and learning rate over the training, below the choice of their x axis; "" where the
/// run logged nothing.
std::string training_charts(const RunRecord& record);

/// Charts of the run's Diagnostics records: gradients, weights, dead units, the probe's loss, batch norm, percentiles
/// and times. "" where there are no records.
std::string diagnostics_charts(const RunRecord& record);

}  // namespace convoy
