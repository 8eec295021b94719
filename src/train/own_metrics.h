#pragma once

#include <map>
#include <string>

#include "convoy/extend.h"

namespace convoy {

/// The metrics that the program registered with register_metric, by name.
const std::map<std::string, OwnMetric>& own_metrics();

}  // namespace convoy
