#pragma once

#include <string>

#include "convoy/data_statistics.h"

namespace convoy::app {

/// What a data set is like, in two lines; `what` names its samples.
std::string text(const DataStatistics& data, const std::string& what);

}  // namespace convoy::app
