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
           "count; a number: windows begin so many pixels outside, fewer than the window has.",
           {.min = 0, .max = 254, .choices = {"valid", "same"}})
      .add("ceil_mode", &Pool::ceil_mode,
           "Whether a last window that begins on the image and sticks out of it counts as well, as PyTorch's ceil_mode "
           "has it; false leaves its pixels out.");
}

/// The geometry that max and average pooling share: (H, W, C) -> (H', W', C).
class Pool2D : public SampleLayer {
 protected:
  template <class Options>
  explicit Pool2D(const Options& options) : Pool2D(options.pool, options.stride, options.padding, options.ceil_mode) {}
  /// Assigns shape_, but for count_padding, and returns the output's shape. Throws Error{config} for an input that is
  /// no image, a window that does not fit, or a padding not less than the window.
  Shape infer(std::span<const Shape> inputs);

  kernels::PoolShape shape_{};

 private:
  Pool2D(Size2 pool, Size2 stride, Padding padding, bool ceil_mode);
  /// Throws Error{config} where a window would have no pixel of the image, or the image is smaller than one.
  void check(const Shape& input) const;

  Size2 pool_;
  Size2 stride_;
  Padding padding_;
  bool ceil_mode_;
};

}  // namespace convoy::layers
