#pragma once

#include <string>

#include "convoy/diagnostics.h"

namespace convoy {

/// Where the probe's loss is much higher in predict mode than in train mode, the likely cause and what to do about it,
/// in a sentence; else "". The classic trap of batch norm: keras 6977 and 7265, pytorch 4741. `run` is the folder for
/// the command that mends it.
std::string explain_mode_gap(const Diagnostics& found, const std::string& run = "RUN");

}  // namespace convoy
