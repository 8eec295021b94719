#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/override.h"
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

/// The configuration as written, with what it extends below it. `chain` holds the file that is read, if it is one, to
/// notice a circle of `extends`. Throws Error{config}.
Document read_document(const ConfigText& source, std::vector<std::filesystem::path> chain,
                       const std::vector<Section>& catalog);

/// From text to a checked Config: read_document, then overrides and checks. Throws Error{config}.
Config build_config_with(const ConfigText& source, const std::vector<Override>& overrides,
                         const std::vector<std::filesystem::path>& chain, const std::vector<Section>& catalog);
/// The same with overrides of the command line.
Config build_config(const ConfigText& source, const std::vector<std::string>& overrides,
                    const std::vector<std::filesystem::path>& chain, const std::vector<Section>& catalog);

}  // namespace convoy
