#pragma once

#include <string_view>
#include <vector>

#include "config/section.h"

namespace convoy {

/// The sections, types and keys of a configuration: the one table from which parsing, defaults, `config explain` and
/// `config schema` come. Built at the first call from the rows that layers, optimizers, schedules, losses and data sets
/// declare beside their code; types cannot be registered afterwards.
const std::vector<Section>& catalog();
/// The section of that name. Throws Error{config} where there is none.
const Section& section(std::string_view name);

}  // namespace convoy
