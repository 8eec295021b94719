#pragma once

#include <vector>

#include "layers/layer.h"

namespace convoy::layers {

/// The keys that layers with a kernel share: activation, use_bias, initialisers, kernel_regularizer, max_norm.
std::vector<KeySpec> kernel_keys();

/// The kernel and the bias as these keys want them; shapes and fans are left to the layer.
ParameterSpec kernel_from(const Settings& settings);
ParameterSpec bias_from(const Settings& settings);

}  // namespace convoy::layers
