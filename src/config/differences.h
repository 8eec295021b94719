#pragma once

#include <string>
#include <vector>

#include "convoy/config.h"

namespace convoy {

/// In words, each key in which two configurations differ: "train.batch_size: 32, now 64". Keys that `harmless` names
/// do not count, nor does [diagnostics], which changes no result.
std::vector<std::string> differences(const Config& before, const Config& now, const std::vector<std::string>& harmless);

}  // namespace convoy
