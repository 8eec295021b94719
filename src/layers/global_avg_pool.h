#pragma once

#include "kernels/pool.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// (H, W, C) -> (C), the mean over height and width.
class GlobalAvgPool final : public SampleLayer {
 public:
  explicit GlobalAvgPool(const convoy::GlobalAvgPool&) {}
  static const Described<convoy::GlobalAvgPool>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  kernels::PoolShape shape_{};
};

}  // namespace convoy::layers
