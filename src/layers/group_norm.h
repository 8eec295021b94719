#pragma once

#include "kernels/layer_norm.h"
#include "layers/sample_norm.h"

namespace convoy::layers {

/// Group normalisation (Wu & He 2018): the channels, the last axis, are divided into groups of neighbours, and each
/// sample's group is normalised over height, width and its channels:
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta     gamma and beta by channel.
class GroupNorm : public SampleNorm {
 public:
  explicit GroupNorm(const convoy::GroupNorm& options);
  static const Described<convoy::GroupNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 protected:
  int groups_;  // NOLINT(misc-non-private-member-variables-in-classes): InstanceNorm sets it from its input

 private:
  /// Arrays in a worker's scratch with one number for each channel; `first` and `second` hold the moments in forward,
  /// d_beta and d_gamma in backward.
  struct Work {
    double* first;
    double* second;
    float* mean;
    float* scale;
    float* slope;
    float* offset;
  };
  Work work_of(const Pass& pass, const Task& task) const;

  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  /// The group's mean and deviation from its channels' means and sums of squared distances, width_ of each.
  kernels::Normal merge_moments(const double* mean, const double* m2) const;
  /// Assigns work.scale, work.slope and work.offset of the group's channels, from the gradients in work.first and
  /// work.second.
  void set_input_coefficients(const Work& work, int group, const kernels::Normal& normal, const float* gamma) const;

  int width_ = 0;  ///< channels of a group
};

}  // namespace convoy::layers
