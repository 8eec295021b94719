#pragma once

#include <cstdint>

#include "data/kinds.h"

namespace convoy {

/// Divides the samples that a reader found into training, validation and test samples, as data.test_fraction,
/// data.validation and data.limit say, drawn by `seed`. Adds notes on its decisions and the names of the drawn splits.
/// With Need::evaluation all samples become test samples. Throws Error.
DataSplits divide(FoundParts found, const Settings& data, std::uint64_t seed, Need need);

}  // namespace convoy
