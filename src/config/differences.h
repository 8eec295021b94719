#pragma once

#include <map>
#include <string>
#include <vector>

#include "convoy/config.h"

namespace convoy {

/// Every key of a configuration with its value as TOML: {"train.batch_size", "32"}, {"layer.conv1.filters", "16"}.
std::map<std::string, std::string> keys_of(const Config& config);

/// In words, each key in which two configurations differ: "train.batch_size: 32, now 64". Keys that `harmless` names
/// do not count, nor does [diagnostics], which changes no result.
std::vector<std::string> differences(const Config& before, const Config& now, const std::vector<std::string>& harmless);

/// The first five of them in a line, and how many more there are.
std::string first_of(const std::vector<std::string>& differences);

}  // namespace convoy
