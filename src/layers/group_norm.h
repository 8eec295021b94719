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
  int groups_;  // NOLINT(misc-non-private-member-variables-in-classes): of a norm with groups of its own

 private:
  /// A worker's arrays of one number a channel.
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
  kernels::Normal merge_moments(const double* mean, const double* m2) const;
  void set_input_coefficients(const Work& work, int group, const kernels::Normal& normal, const float* gamma) const;

  int width_ = 0;  ///< channels of a group
};

}  // namespace convoy::layers
