#include "layers/pool2d.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "layers/check.h"

namespace convoy::layers {
namespace {

/// Windows along one axis, and the padding before and behind the image.
struct Axis {
  int out;
  int pad_before;
  int pad_after;
};

/// The axis for "same", as in TensorFlow: ceil(in / stride) windows; padding is equal, or one pixel more behind.
Axis same_axis(int in, int pool, int stride) {
  const int out = (in - 1) / stride + 1;
  const int pad = std::max(0, (out - 1) * stride + pool - in);
  return {out, pad / 2, pad - pad / 2};
}

/// The axis for a given padding, as in PyTorch: with ceil_mode a last window that sticks out counts, unless it begins
/// behind the image.
Axis padded_axis(int in, int pool, int stride, int before, int after, bool ceil_mode) {
  const int room = in + before + after - pool;
  int out = room / stride + 1;
  if (ceil_mode && room % stride != 0 && std::int64_t{out} * stride < in + before) ++out;
  return {out, before, after};
}

std::string by(int a, int b) { return std::to_string(a) + "x" + std::to_string(b); }

}  // namespace

Pool2D::Pool2D(Size2 pool, Size2 stride, Padding padding, bool ceil_mode)
    : pool_(pool), stride_(stride), padding_(std::move(padding)), ceil_mode_(ceil_mode) {
  if (stride_.height == 0) stride_.height = pool_.height;
  if (stride_.width == 0) stride_.width = pool_.width;
}

void Pool2D::check(const Shape& input) const {
  if (padding_.same()) return;
  const auto [height, width] = pool_;
  const Sides& sides = padding_.sides;
  if (std::max(sides.top, sides.bottom) >= height || std::max(sides.left, sides.right) >= width) {
    throw Error(ErrorKind::config, "\"padding\" must be less than the window, " + by(height, width) +
                                       ", or some windows would lie beside the image");
  }
  if (height > input[0] + sides.top + sides.bottom || width > input[1] + sides.left + sides.right) {
    throw Error(ErrorKind::config,
                "pool " + by(height, width) + " does not fit input " + input.text() + "; add padding = \"same\"");
  }
}

Shape Pool2D::infer(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  check(input);
  const auto [pool_h, pool_w] = pool_;
  const Sides& sides = padding_.sides;
  const bool same = padding_.same();
  const Axis h = same ? same_axis(input[0], pool_h, stride_.height)
                      : padded_axis(input[0], pool_h, stride_.height, sides.top, sides.bottom, ceil_mode_);
  const Axis w = same ? same_axis(input[1], pool_w, stride_.width)
                      : padded_axis(input[1], pool_w, stride_.width, sides.left, sides.right, ceil_mode_);
  shape_ = {.in_h = input[0],
            .in_w = input[1],
            .channels = input[2],
            .out_h = h.out,
            .out_w = w.out,
            .pool_h = pool_h,
            .pool_w = pool_w,
            .stride_h = stride_.height,
            .stride_w = stride_.width,
            .pad_h = h.pad_before,
            .pad_w = w.pad_before,
            .pad_bottom = h.pad_after,
            .pad_right = w.pad_after};
  return {h.out, w.out, input[2]};
}

}  // namespace convoy::layers
