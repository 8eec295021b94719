#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Passes its input x on, and adds l1 * sum |x| + l2 * sum x^2 of each sample to that sample's loss.
class ActivityRegularization final : public SampleLayer {
 public:
  explicit ActivityRegularization(const convoy::ActivityRegularization& options) : options_(options) {}
  static const Described<convoy::ActivityRegularization>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  convoy::ActivityRegularization options_;
  std::size_t size_ = 0;
};

}  // namespace convoy::layers
