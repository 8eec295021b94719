#pragma once

#include <string>
#include <vector>

#include "core/described.h"
#include "core/open_table.h"
#include "layers/layer.h"

namespace convoy {

using LayerType = TypeRow<Layer>;

/// All layer types, convoy's and the program's own. Closes layer_table() for additions.
const std::vector<LayerType>& layer_types();
/// The table behind layer_types(), to which a program adds its own types.
OpenTable<LayerType>& layer_table();

/// The layer type of that name. Throws Error{config} with the nearest name where there is none.
const LayerType& layer_type(const std::string& name);

}  // namespace convoy
