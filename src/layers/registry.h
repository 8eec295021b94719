#pragma once

#include <string>
#include <vector>

#include "core/described.h"
#include "core/open_table.h"
#include "layers/layer.h"

namespace convoy {

using LayerType = TypeRow<Layer>;

/// Every layer type: the one table to extend when a layer is added.
const std::vector<LayerType>& layer_types();
/// The same, for a program that adds its own.
OpenTable<LayerType>& layer_table();

/// Throws Error{config} with the nearest name for an unknown type.
const LayerType& layer_type(const std::string& name);

}  // namespace convoy
