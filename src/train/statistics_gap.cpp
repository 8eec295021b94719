#include "train/statistics_gap.h"

#include <algorithm>
#include <cmath>

namespace convoy {

const layers::BatchNorm* batch_norm_of(const Node& node) {
  return dynamic_cast<const layers::BatchNorm*>(node.layer.get());
}

std::span<float> state_values(const Node& node, const std::string& name, Weights& weights) {
  const auto place = std::ranges::find(node.states, node.name + "/" + name, &TensorPlace::name);
  return weights.states.span().subspan(place->offset, place->shape.size());
}

double variance_as_moved(const layers::BatchNorm& norm, const ChannelMoments& input, std::size_t channel) {
  return norm.unbiased() ? input.unbiased_variance(channel) : input.variance(channel);
}

StatisticsGap statistics_gap(const Node& node, Weights& weights, const ChannelMoments& input) {
  const layers::BatchNorm& norm = *batch_norm_of(node);
  const std::span<float> moving_mean = state_values(node, "moving_mean", weights);
  const std::span<float> moving_variance = state_values(node, "moving_variance", weights);
  double gap = 0;
  double log_ratio = 0;
  for (std::size_t c = 0; c < input.channels(); ++c) {
    const double variance = variance_as_moved(norm, input, c) + norm.epsilon();
    gap += std::abs(static_cast<double>(moving_mean[c]) - input.mean(c)) / std::sqrt(variance);
    log_ratio += std::log((static_cast<double>(moving_variance[c]) + norm.epsilon()) / variance);
  }
  const auto channels = static_cast<double>(input.channels());
  return {gap / channels, std::exp(log_ratio / channels)};
}

}  // namespace convoy
