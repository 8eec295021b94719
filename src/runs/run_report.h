#pragma once

#include <filesystem>

#include "convoy/dataset.h"
#include "convoy/model.h"
#include "report/report.h"

namespace convoy {

/// What a run's folder tells, and what its model looks like.
Report make_report(RunRecord record, Model& model);

/// Adds what an evaluation of the test set found, with pictures of the worst mistakes and of the filters.
void add_evaluation(Report& report, Model& model, const Dataset& test, const Evaluation& evaluation);

}  // namespace convoy
