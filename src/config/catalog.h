#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// One section of the configuration file. Its keys are `keys` and, where there are types, those of the type that its
/// key `type` names.
struct Section {
  std::string name;  ///< "" for the top level, "data", "train", ..., "layer" for [[layer]]
  std::string doc;
  std::vector<KeySpec> keys;
  std::string type_key = {};  ///< "type", or "dataset" in [data]; "" when the section has no types
  std::string default_type = {};
  std::vector<TypeSpec> types = {};
};

/// The one table from which parsing, defaults, `config explain` and `config schema` come. It gathers the rows that
/// layers, optimizers, schedules, losses and data sets declare beside their code.
const std::vector<Section>& catalog();
const Section& section(const std::string& name);

}  // namespace convoy
