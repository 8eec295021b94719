#pragma once

#include <string>

#include "convoy/diagnostics.h"

namespace convoy {

/// A sentence with the likely cause and advice where the losses of a record are much higher in predict mode than in
/// train mode; else "". This is the classic trap of batch norm: keras 6977 and 7265, pytorch 4741. `run` is the folder
/// that the advised command names.
std::string explain_mode_gap(const Diagnostics& found, const std::string& run = "RUN");

}  // namespace convoy
