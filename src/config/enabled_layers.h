#pragma once

#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// A layer with its key `enabled`.
struct SwitchedLayer {
  LayerSpec layer;
  bool enabled = true;
};

/// Removes disabled layers: a layer that read a disabled layer's output reads that layer's input instead. Throws
/// Error{config} for a disabled layer with several inputs.
std::vector<LayerSpec> enabled_layers(std::vector<SwitchedLayer> layers);

}  // namespace convoy
