#pragma once

#include <map>
#include <string>
#include <vector>

#include "convoy/config.h"

namespace convoy {

/// The keys of a configuration, except [diagnostics], with their values as TOML: {"train.batch_size", "32"},
/// {"layer.conv1.filters", "16"}; a layer without a name is called by its number.
std::map<std::string, std::string> keys_of(const Config& config);

/// The keys in which two configurations differ, in words: "train.batch_size: 32, now 64". Keys that `harmless` names do
/// not count, nor does [diagnostics], which does not change results.
std::vector<std::string> differences(const Config& before, const Config& now, const std::vector<std::string>& harmless);

/// The first five differences in one line, and the number of the others.
std::string first_of(const std::vector<std::string>& differences);

}  // namespace convoy
