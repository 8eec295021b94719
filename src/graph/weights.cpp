#include "graph/weights.h"

#include <algorithm>

#include "graph/initializers.h"

namespace convoy {

Weights Weights::zeros(const Network& network) {
  Weights weights;
  weights.parameters = AlignedBuffer<float>(network.parameter_floats());
  weights.states = AlignedBuffer<float>(network.state_floats());
  return weights;
}

Weights::Weights(const Network& network, std::uint64_t seed) : Weights(zeros(network)) {
  std::uint32_t index = 0;
  for (const Node& node : network.nodes()) {
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      const TensorPlace& place = node.parameters[i];
      initialise(parameters.span().subspan(place.offset, place.shape.size()), node.declaration.parameters[i], seed,
                 index++);
    }
    for (std::size_t i = 0; i < node.states.size(); ++i) {
      const TensorPlace& place = node.states[i];
      std::ranges::fill(states.span().subspan(place.offset, place.shape.size()), node.declaration.states[i].initial);
    }
  }
}

std::vector<Weights::Tensor> Weights::tensors(const Network& network) {
  std::vector<Tensor> tensors;
  for (const Node& node : network.nodes()) {
    for (const auto& place : node.parameters) {
      const auto values = parameters.span().subspan(place.offset, place.shape.size());
      tensors.push_back({place.name, place.shape, values, false, node.trainable});
    }
    for (const auto& place : node.states) {
      const auto values = states.span().subspan(place.offset, place.shape.size());
      tensors.push_back({place.name, place.shape, values, true, false});
    }
  }
  return tensors;
}

void Weights::copy_from(const Weights& other) {
  std::ranges::copy(other.parameters.span(), parameters.data());
  std::ranges::copy(other.states.span(), states.data());
}

Weights Weights::copy() const {
  Weights same;
  same.parameters = AlignedBuffer<float>(parameters.size());
  same.states = AlignedBuffer<float>(states.size());
  same.copy_from(*this);
  return same;
}

}  // namespace convoy
