#pragma once

#include <string>
#include <vector>

#include "convoy/metrics.h"
#include "json.h"

namespace convoy::app {

/// Up to so many classes are all shown, and their confusions as a matrix.
constexpr int few_classes = 30;

/// A text of several lines: the calibration error; precision, recall and F1 by class (of many classes the worst) and
/// their means; then which class was taken for which. "" without classes.
std::string scores_text(const Evaluation& evaluation, const std::vector<std::string>& class_names);

/// Adds the same to `line` as JSON keys, for every class.
void add_scores(Json& line, const Evaluation& evaluation, const std::vector<std::string>& class_names);

/// A line that names the model's classes without a sample; "" where all have some.
std::string missing_classes_text(const Evaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace convoy::app
