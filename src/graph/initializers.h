#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "layers/layer.h"

namespace convoy {

/// Fills `values` as Keras's initialiser of the name declaration.initializer does: zeros, ones, glorot_uniform,
/// glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, random_normal (deviation 0.05), random_uniform
/// (-0.05 to 0.05), truncated_normal (0.05), constant (0), variance_scaling (a truncated normal of variance 1 /
/// fan_in), orthogonal (of gain 1); these take another number in brackets: "random_normal(0.1)", and variance_scaling a
/// factor of its variance; and PyTorch's dirac, which passes each channel on. The
/// "_normal" ones but random_normal are truncated at two deviations, as in Keras, which makes up for what that takes
/// from the deviation in all but truncated_normal. `index` tells a network's parameters apart. Throws Error{config} for
/// another name.
void initialise(std::span<float> values, const ParameterDeclaration& declaration, std::uint64_t seed,
                std::uint32_t index);

}  // namespace convoy
