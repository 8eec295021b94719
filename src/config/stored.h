#pragma once

#include <string>

#include "convoy/config.h"

namespace convoy {

/// A configuration as a model file holds it: resolved, but for where data lie on the machine that trained it and
/// what to tell who has none of them.
std::string stored_toml(const Config& config);

/// Reads what stored_toml wrote, or a stranger wrote: it reads no other file, and leaves data.path without a value. An
/// earlier convoy's data.path is passed over. Throws Error{config}.
Config parse_stored_config(const std::string& text, const std::string& name);

}  // namespace convoy
