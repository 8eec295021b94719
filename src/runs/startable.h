#pragma once

#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/dataset.h"

namespace convoy {

/// What training a configuration begins with.
struct Startable {
  RunSetup setup;
  std::vector<std::string> notes;  ///< on how the network fits the data, and where its weights come from
};

/// Throws what training a configuration on these data would throw before its first step: network and data do not fit,
/// the batches are too large ... Writes nothing.
Startable require_startable(const Config& config, const DataSplits& data);

}  // namespace convoy
