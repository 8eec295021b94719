#pragma once

#include "convoy/settings.h"
#include "io/data_sums.h"

namespace convoy {

/// SHA-256 of the data that [data] names, which must exist: of each idx file, or of an image folder as a whole, the
/// names of its files included.
DataSums sums_of_data(const Settings& data);

}  // namespace convoy
