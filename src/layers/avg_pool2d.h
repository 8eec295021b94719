#pragma once

#include "layers/pool2d.h"

namespace convoy::layers {

/// The mean of each window, by channel; of a window that sticks out, the mean of what lies inside, or with
/// count_padding of the zeros beside the image as well.
class AvgPool2D final : public Pool2D {
 public:
  explicit AvgPool2D(const convoy::AvgPool2D& options) : Pool2D(options), count_padding_(options.count_padding) {}
  static const Described<convoy::AvgPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  bool count_padding_;
};

}  // namespace convoy::layers
