#pragma once

#include "convoy/layers.h"
#include "core/described.h"

namespace convoy::layers {

/// The LayerSpec of a layer's struct: type, name and trainable, and all its keys as settings, not checked yet.
template <class Options>
LayerSpec layer_spec(const Described<Options>& described, const Options& options) {
  LayerSpec spec;
  spec.type = described.name;
  spec.name = options.name;
  spec.settings = described.fields.settings(options);
  if constexpr (requires { options.trainable; }) spec.trainable = options.trainable;
  return spec;
}

}  // namespace convoy::layers
