#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.h"
#include "graph/network.h"

namespace convoy {

/// The tensors that a network keeps between steps: one block of parameters, one of states (moving statistics). Several
/// sessions may share them.
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
  /// Draws the initial parameters from `seed`; states get their declared initial value.
  Weights(const Network& network, std::uint64_t seed);

  AlignedBuffer<float> parameters;
  AlignedBuffer<float> states;

  /// All tensors in the network's order, a node's parameters before its states. Their values refer to this object.
  std::vector<Tensor> tensors(const Network& network);
  /// Copies all values from another Weights of the same network.
  void copy_from(const Weights& other);
  Weights copy() const;
  /// Weights for a network, all 0.
  static Weights zeros(const Network& network);
};

/// What the regularisers of all trained weights add to a loss.
double penalty_on(const Weights& weights, const Network& network);

}  // namespace convoy
