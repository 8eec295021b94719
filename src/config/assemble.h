#pragma once

#include <string>
#include <vector>

#include "config/document.h"
#include "convoy/config.h"

namespace convoy {

/// Checks a document against the catalog, fills in all defaults and removes disabled layers. `name` is the experiment's
/// name where the document gives none. Config::source and ::path stay empty. Throws Error{config}: `where: what was
/// expected, what came, hint`.
Config assemble(Document document, const std::string& name, const std::vector<Section>& catalog);

/// A hint on an unknown key of the section with that type, null if none: "; did you mean ...?", "; it belongs to
/// [train]"; "" without an idea.
std::string key_hint(const std::string& key, const Section& section, const TypeSchema* type,
                     const std::vector<Section>& catalog);

}  // namespace convoy
