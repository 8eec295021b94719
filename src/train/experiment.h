#pragma once

#include "convoy/config.h"
#include "convoy/dataset.h"

namespace convoy {

/// Throws what training a configuration on these data would throw before its first step: network and data do not fit,
/// the batches are too large ... Writes nothing.
void require_startable(const Config& config, const DataSplits& data);

}  // namespace convoy
