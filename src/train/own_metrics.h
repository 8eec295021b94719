#pragma once

#include <map>
#include <string>

#include "convoy/extend.h"

namespace convoy {

/// Those that the program registered, by name.
const std::map<std::string, OwnMetric>& own_metrics();

}  // namespace convoy
