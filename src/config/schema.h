#pragma once

#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// The catalog as a JSON Schema (draft 2020-12), as text. Dotted keys become nested objects; a section with types is a
/// choice between them. Sections that are apart allow any keys.
std::string json_schema(const std::vector<Section>& catalog);

}  // namespace convoy
