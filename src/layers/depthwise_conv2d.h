#pragma once

#include "layers/conv2d.h"

namespace convoy::layers {

/// 2-D convolution of each channel by itself: (H, W, C) -> (H', W', C * m) with output channel c * m + q from channel
/// c: a Conv2D with as many groups as channels. Parameters: kernel (kh, kw, C, m) and, unless use_bias is false, bias
/// (C * m).
class DepthwiseConv2D final : public Conv2D {
 public:
  explicit DepthwiseConv2D(const convoy::DepthwiseConv2D& options);
  static const Described<convoy::DepthwiseConv2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  int multiplier_;
};

}  // namespace convoy::layers
