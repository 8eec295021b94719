#pragma once

#include <string>
#include <vector>

#include "io/run_record.h"
#include "report/timeline.h"

namespace convoy {

/// What a run measured as it went on.
enum class Measure { loss, validation_loss, accuracy, validation_accuracy, learning_rate };

/// "Training loss", "Validation accuracy, %" ...
std::string title_of(Measure measure);

/// A measure over a run, by steps where it logged them, else by epoch; no samples where the run does not have it.
/// Accuracies are in percent.
std::vector<Sample> samples_of(const RunRecord& record, Measure measure);

/// "finished", "interrupted", "diverged" or "not finished".
std::string state_text(const RunRecord& record);

/// Of each tensor whose percentiles the run recorded the median, with the band from the 15th to the 85th.
std::vector<Curve> percentile_curves(const RunRecord& record);
std::string percentile_title(const std::string& tensor);

/// The norm of the gradient of each layer with parameters, in the network's order.
std::vector<Curve> gradient_curves(const RunRecord& record);

/// figure_over_time, logarithmic where the values span more than a factor of 30.
std::string figure_by_span(const std::string& title, const std::vector<Curve>& curves);

/// Buttons that choose the x axis of all charts over time.
std::string clock_choice();

/// Loss, accuracy and learning rate over the training.
std::string training_charts(const RunRecord& record);

/// What the run's diagnostics saw, layer by layer; "" where there are none.
std::string diagnostics_charts(const RunRecord& record);

}  // namespace convoy
