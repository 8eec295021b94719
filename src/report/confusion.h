#pragma once

#include <string>
#include <vector>

#include "convoy/metrics.h"

namespace convoy {

/// The confusion matrix as a table in colours, with recall and precision by class; of very many classes a list of the
/// most frequent confusions. "" without classes.
std::string confusion(const Evaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace convoy
