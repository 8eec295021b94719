#pragma once

#include <cstddef>
#include <vector>

#include "graph/session.h"

namespace convoy {

/// Mean and variance of each channel of a node's input, over all pixels of several batches. The samples of a batch are
/// merged by SampleGroups, batches in their order, so results do not depend on the number of threads.
class ChannelMoments {
 public:
  /// Forgets all batches.
  void clear();
  /// Adds the node's inputs for `batch` samples, after a forward pass of a session with Retain::everything.
  void add(Session& session, const Node& node, int batch);

  std::size_t channels() const { return mean_.size(); }
  double count() const { return count_; }  ///< values of each channel so far
  double mean(std::size_t channel) const { return mean_[channel]; }
  double variance(std::size_t channel) const { return m2_[channel] / count_; }
  /// Divided by count - 1 in place of count.
  double unbiased_variance(std::size_t channel) const { return m2_[channel] / (count_ - 1); }

 private:
  double count_ = 0;
  std::vector<double> mean_;
  std::vector<double> m2_;       ///< sums of squared distances from the mean
  std::vector<double> samples_;  ///< of each sample of a batch: mean and m2 by channel
  std::vector<float> pivots_;    ///< scratch for them
};

}  // namespace convoy
