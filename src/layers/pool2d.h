#pragma once

#include "kernels/pool.h"
#include "layers/layer.h"

namespace convoy::layers {

/// What max and average pooling share: (H, W, C) -> (H', W', C), with Keras's keys pool, stride and padding.
class Pool2D : public SampleLayer {
 public:
  explicit Pool2D(const Settings& settings);

 protected:
  static std::vector<KeySpec> keys();
  /// Infers shape_; throws Error{config} for a window that does not fit.
  Shape infer(std::span<const Shape> inputs);

  kernels::PoolShape shape_{};

 private:
  std::pair<int, int> pool_;
  std::pair<int, int> stride_;
  bool same_;
};

}  // namespace convoy::layers
