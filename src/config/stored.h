#pragma once

#include <string>

#include "convoy/config.h"

namespace convoy {

/// The configuration as TOML for a model file: resolved, without paths and without the hint on where to get the data.
std::string stored_toml(const Config& config);

/// Reads a configuration from stored_toml, or from a stranger: it reads no other file, and ignores paths, which models
/// of earlier versions have. `name` is for messages. Throws Error{config}, also for more than 4 MB.
Config parse_stored_config(const std::string& text, const std::string& name);

}  // namespace convoy
