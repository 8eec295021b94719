#pragma once

#include <cstdint>

#include "data/kinds.h"

namespace convoy {

/// Makes training, validation and test samples of what a data set has, as data.test_fraction, data.validation and
/// data.limit say, and notes what is decided. Throws Error.
DataSplits divide(FoundParts found, const Settings& data, std::uint64_t seed, Need need);

}  // namespace convoy
