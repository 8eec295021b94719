#pragma once

#include <memory>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "layers/layer.h"

namespace convoy {

/// One row of the registry: a layer type, its keys and how to make one from complete settings.
struct LayerType {
  TypeSpec spec;
  std::unique_ptr<Layer> (*make)(const Settings& settings);
};

/// Every layer type: the one table to extend when a layer is added.
const std::vector<LayerType>& layer_types();

/// Throws Error{config} with the nearest name for an unknown type.
const LayerType& layer_type(const std::string& name);

}  // namespace convoy
