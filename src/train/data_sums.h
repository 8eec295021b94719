#pragma once

#include "convoy/settings.h"
#include "io/data_sums.h"

namespace convoy {

/// SHA-256 of the data that [data] names, which must exist: of each idx file, or of all images of a folder, with their
/// names. What is no part of the data set does not count.
DataSums sums_of_data(const Settings& data);

}  // namespace convoy
