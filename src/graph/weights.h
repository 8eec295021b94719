#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.h"
#include "graph/network.h"

namespace convoy {

/// The tensors of a network that outlive a step: one block of parameters, one of states (moving statistics). Several
/// sessions share them.
class Weights {
 public:
  struct Tensor {
    std::string name;  ///< "conv1/kernel"
    Shape shape;
    std::span<float> values;
    bool is_state = false;
  };

  Weights() = default;
  /// Draws the initial values from `seed`.
  Weights(const Network& network, std::uint64_t seed);

  /// Draws them again.
  void initialise(const Network& network, std::uint64_t seed);

  AlignedBuffer<float> parameters;
  AlignedBuffer<float> states;

  /// All of them by node: a node's parameters, then its states.
  std::vector<Tensor> tensors(const Network& network);
  /// Copies all values from another Weights of the same network.
  void copy_from(const Weights& other);
};

/// Fills `values` as Keras's initialiser of that name does: zeros, ones, glorot_uniform, glorot_normal, he_uniform,
/// he_normal, lecun_uniform, lecun_normal, random_normal (deviation 0.05), random_uniform (-0.05 to 0.05).
/// `index` tells the parameters of a network apart.
void initialise(std::span<float> values, const ParameterSpec& spec, std::uint64_t seed, std::uint32_t index);

/// The names that initialise() knows.
const std::vector<std::string>& initializers();

}  // namespace convoy
