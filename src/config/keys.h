#pragma once

#include <vector>

#include "config/section.h"

namespace convoy {

/// The keys of a catalog that an override can set, in the form of override_keys() in the public header.
Texts override_keys(const std::vector<Section>& catalog);

}  // namespace convoy
