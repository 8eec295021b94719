#pragma once

#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// A layer with its key `enabled`.
struct SwitchedLayer {
  LayerSpec layer;
  bool enabled = true;
};

/// The enabled layers, wired as if the others were not there: who took a disabled layer's output takes what that one
/// took. Throws Error{config} for a disabled layer with several inputs.
std::vector<LayerSpec> enabled_layers(std::vector<SwitchedLayer> layers);

}  // namespace convoy
