#pragma once

#include "graph/network.h"
#include "graph/weights.h"
#include "layers/batch_norm.h"
#include "train/channel_moments.h"

namespace convoy {

/// Null for a node of another kind.
const layers::BatchNorm* batch_norm_of(const Node& node);

/// A tensor of a node in Weights::states.
std::span<float> state_values(const Node& node, const std::string& name, Weights& weights);

/// The variance that a batch norm makes its moving variance of: by count, or where it is told so by count - 1.
double variance_as_moved(const layers::BatchNorm& norm, const ChannelMoments& input, std::size_t channel);

/// How far a batch norm's moving statistics are from those of its inputs. The norm's epsilon is part of every variance,
/// as it is where the norm divides by it: a channel that is 0 everywhere, behind a dead ReLU, has no endless ratio.
struct StatisticsGap {
  double mean = 0;            ///< |moving mean - mean| / deviation, mean over the channels
  double variance_ratio = 1;  ///< moving variance / variance, geometric mean over the channels
};
StatisticsGap statistics_gap(const Node& node, Weights& weights, const ChannelMoments& input);

}  // namespace convoy
