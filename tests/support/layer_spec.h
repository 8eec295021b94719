#pragma once

#include <utility>

#include "convoy/layers.h"

namespace convoy::test {

inline LayerSpec with_inputs(LayerSpec spec, Texts inputs) {
  spec.inputs = std::move(inputs);
  return spec;
}

}  // namespace convoy::test
