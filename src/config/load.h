#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/override.h"
#include "convoy/config.h"

namespace convoy {

/// The text of a configuration, with the name for messages and the folder that its relative paths start from.
struct ConfigText {
  std::string text;
  std::string name;
  std::filesystem::path folder;
};

/// Reads a configuration file of at most 1 MB. Throws Error{config} where it cannot be read or is larger.
ConfigText read_config_text(const std::filesystem::path& file);

/// Parses a configuration, merges it into the files that it extends, which it reads, and makes paths absolute. `chain`
/// holds the file that is read, if it is one, to notice a circle of `extends`. Throws Error{config}.
Document read_document(const ConfigText& source, std::vector<std::filesystem::path> chain,
                       const std::vector<Section>& catalog);

/// Builds a checked Config: read_document, then overrides, checks and defaults; also checks the sections [sweep] and
/// [experiment]. Config::path stays empty. Throws Error{config}.
Config build_config_with(const ConfigText& source, const std::vector<Override>& overrides,
                         const std::vector<std::filesystem::path>& chain, const std::vector<Section>& catalog);
/// Does the same with overrides from the command line.
Config build_config(const ConfigText& source, const std::vector<std::string>& overrides,
                    const std::vector<std::filesystem::path>& chain, const std::vector<Section>& catalog);

}  // namespace convoy
