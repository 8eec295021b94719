#pragma once

#include <string_view>
#include <vector>

#include "config/section.h"

namespace convoy {

/// The one table from which parsing, defaults, `config explain` and `config schema` come. It gathers the rows that
/// layers, optimizers, schedules, losses and data sets declare beside their code.
const std::vector<Section>& catalog();
const Section& section(std::string_view name);

}  // namespace convoy
