#pragma once

#include "layers/pool2d.h"

namespace convoy::layers {

/// The largest of each window, by channel. Saves its place (a byte) for backward.
class MaxPool2D final : public Pool2D {
 public:
  using Pool2D::Pool2D;
  static TypeSpec spec();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};

}  // namespace convoy::layers
