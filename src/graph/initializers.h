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
/// fan_in), orthogonal (of gain 1), and as PyTorch's dirac, which passes each channel on. From random_normal on, except
/// dirac, a number in brackets replaces the one named here, as "random_normal(0.1)"; for variance_scaling it is a
/// factor of the variance. All "_normal" ones but random_normal are truncated at two deviations, as in Keras, and all
/// of these but truncated_normal are widened so that the deviation stays. `index` is the parameter's number in the
/// network: together with `seed` it determines the values. Throws Error{config} for another name.
void initialise(std::span<float> values, const ParameterDeclaration& declaration, std::uint64_t seed,
                std::uint32_t index);

}  // namespace convoy
