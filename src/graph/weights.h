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
    bool trainable = false;
  };

  Weights() = default;
  /// Draws the initial values from `seed`.
  Weights(const Network& network, std::uint64_t seed);

  AlignedBuffer<float> parameters;
  AlignedBuffer<float> states;

  /// All of them in the network's order: a node's parameters, then its states.
  std::vector<Tensor> tensors(const Network& network);
  /// Copies all values from another Weights of the same network.
  void copy_from(const Weights& other);
  Weights copy() const;
  static Weights zeros(const Network& network);
};

/// What the regularisers of all trained weights add to a loss.
double penalty_on(const Weights& weights, const Network& network);

}  // namespace convoy
