#pragma once

#include <string>
#include <vector>

#include "convoy/metrics.h"
#include "json.h"

namespace convoy::app {

/// So many classes are shown one by one, and their confusions as a matrix.
constexpr int few_classes = 30;

/// Precision, recall and F1 by class, of many classes the worst, and their means; the calibration error; then which
/// class was taken for which. "" without classes.
std::string scores_text(const Evaluation& evaluation, const std::vector<std::string>& class_names);

/// The same as JSON's keys, of every class.
void add_scores(Json& line, const Evaluation& evaluation, const std::vector<std::string>& class_names);

/// Names those classes of the model that have no sample, in a line; "" where there are none.
std::string missing_classes_text(const Evaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace convoy::app
