#pragma once

#include "layers/sample_norm.h"

namespace convoy::layers {

/// y = gamma * x + beta by channel (the last axis), both learnt: a SampleNorm that normalises nothing.
class Affine final : public SampleNorm {
 public:
  explicit Affine(const convoy::Affine& options);
  static const Described<convoy::Affine>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  void affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                  std::span<double> scale, std::span<double> shift) const override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  convoy::Affine options_;
  std::vector<float> means_;  ///< zeros
};

}  // namespace convoy::layers
