#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/section.h"
#include "convoy/config.h"

namespace convoy {

/// The text of a configuration, with the name that messages use and the folder that its relative paths start from.
struct ConfigText {
  std::string text;
  std::string name;
  std::filesystem::path folder;
};

/// Reads a file of at most 1 MB. Throws Error{config}.
ConfigText read_config_text(const std::filesystem::path& file);

/// From text to a checked Config: parses, follows `extends`, applies overrides. `chain` holds the file that is read,
/// if it is one, to notice a circle of `extends`. Throws Error{config}.
Config build_config(const ConfigText& source, const std::vector<std::string>& overrides,
                    const std::vector<std::filesystem::path>& chain, const std::vector<Section>& catalog);

}  // namespace convoy
