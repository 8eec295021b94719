#pragma once

#include "layers/pool2d.h"

namespace convoy::layers {

/// The largest of each window, by channel. Saves its place (a byte) for backward.
class MaxPool2D final : public Pool2D {
 public:
  explicit MaxPool2D(const convoy::MaxPool2D& options) : Pool2D(options) {}
  static const Described<convoy::MaxPool2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};

}  // namespace convoy::layers
