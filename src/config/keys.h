#pragma once

#include <vector>

#include "config/section.h"

namespace convoy {

/// Every key of a catalog that an override can set, as override_keys() of the public header has them.
Texts override_keys(const std::vector<Section>& catalog);

}  // namespace convoy
