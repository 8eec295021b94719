#pragma once

#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/dataset.h"

namespace convoy {

/// What a training starts with, as it is shown before the first step.
struct Startable {
  RunSetup setup;
  std::vector<std::string> notes;  ///< on how the network fits the data, and where its weights come from
};

/// Builds the model and the trainer of a configuration on `data` and throws what training would throw before its first
/// step: network and data do not fit, the batches are too large ... Writes nothing; reads the model of the key "from".
Startable require_startable(const Config& config, const DataSplits& data);

}  // namespace convoy
