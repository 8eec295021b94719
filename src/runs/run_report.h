#pragma once

#include <filesystem>

#include "convoy/dataset.h"
#include "convoy/model.h"
#include "report/report.h"

namespace convoy {

/// A report of a run's record, with the model's name, summary and input shape.
Report make_report(RunRecord record, Model& model);

/// Adds an evaluation of `test` to the report, with class names and pictures of the worst 24 mistakes and of the
/// filters.
void add_evaluation(Report& report, Model& model, const Dataset& test, const Evaluation& evaluation);

}  // namespace convoy
