#pragma once

#include <optional>
#include <string>

#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/dataset.h"

namespace convoy {

/// What training a configuration begins with.
struct Startable {
  RunSetup setup;
  std::optional<std::string> note;  ///< on how network and data fit
};

/// Throws what training a configuration on these data would throw before its first step: network and data do not fit,
/// the batches are too large ... Writes nothing.
Startable require_startable(const Config& config, const DataSplits& data);

}  // namespace convoy
