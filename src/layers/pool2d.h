#pragma once

#include <string>

#include "kernels/pool.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The keys that max and average pooling share.
template <class Pool>
Fields<Pool> pool_fields() {
  return Fields<Pool>()
      .add("pool", &Pool::pool, "Height and width of the window.", {.min = 1, .max = 255})
      .add("stride", &Pool::stride, "Steps between windows; 0 for the window's size.", {.min = 0})
      .add("padding", &Pool::padding,
           "\"valid\": whole windows only; \"same\": ceil(size / stride) windows, of which what lies outside does not "
           "count.",
           {.choices = {"valid", "same"}});
}

/// What max and average pooling share: (H, W, C) -> (H', W', C).
class Pool2D : public SampleLayer {
 protected:
  Pool2D(Size2 pool, Size2 stride, const std::string& padding);
  /// Infers shape_; throws Error{config} for a window that does not fit.
  Shape infer(std::span<const Shape> inputs);

  kernels::PoolShape shape_{};

 private:
  Size2 pool_;
  Size2 stride_;
  bool same_;
};

}  // namespace convoy::layers
