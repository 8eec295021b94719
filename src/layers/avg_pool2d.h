#pragma once

#include "layers/pool2d.h"

namespace convoy::layers {

/// The mean of each window, by channel; of a window that sticks out, the mean of what lies inside.
class AvgPool2D final : public Pool2D {
 public:
  explicit AvgPool2D(const convoy::AvgPool2D& options) : Pool2D(options.pool, options.stride, options.padding) {}
  static const Described<convoy::AvgPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};

}  // namespace convoy::layers
