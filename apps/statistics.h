#pragma once

#include <string>

#include "convoy/data_statistics.h"

namespace convoy::app {

/// Statistics of a data set as two lines of text; `what` names its samples: "train samples".
std::string text(const DataStatistics& data, const std::string& what);

}  // namespace convoy::app
