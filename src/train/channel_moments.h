#pragma once

#include <cstddef>
#include <vector>

#include "graph/session.h"

namespace convoy {

/// Mean and variance of each channel of what comes into a node, over batches. Samples are merged in their order, so
/// results do not depend on the number of threads.
class ChannelMoments {
 public:
  void clear();
  /// Takes in the node's inputs after a forward pass of a session with Retain::everything.
  void add(Session& session, const Node& node, int batch);

  std::size_t channels() const { return mean_.size(); }
  double count() const { return count_; }  ///< values a channel
  double mean(std::size_t channel) const { return mean_[channel]; }
  double variance(std::size_t channel) const { return m2_[channel] / count_; }
  /// By count - 1.
  double unbiased_variance(std::size_t channel) const { return m2_[channel] / (count_ - 1); }

 private:
  double count_ = 0;
  std::vector<double> mean_;
  std::vector<double> m2_;       ///< sums of squared distances from the mean
  std::vector<double> samples_;  ///< of each sample of a batch: mean and m2 by channel
  std::vector<float> pivots_;    ///< scratch for them
};

}  // namespace convoy
