#pragma once

#include <string>
#include <vector>

#include "convoy/metrics.h"

namespace convoy {

/// The confusion matrix as a coloured table, with recall and precision by class, below a remark that explains it. With
/// more than 30 classes a table of the most frequent confusions takes its place. "" where the matrix is empty.
std::string confusion(const Evaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace convoy
