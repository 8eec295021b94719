#include "layers/pool2d.h"

#include <algorithm>

#include "layers/check.h"

namespace convoy::layers {
namespace {

struct Axis {
  int out;
  int pad;
};

/// TensorFlow's arithmetic: "same" pads so that the output is ceil(in / stride), the odd one at the end.
Axis infer_axis(int in, int pool, int stride, bool same) {
  if (!same) return {(in - pool) / stride + 1, 0};
  const int out = (in + stride - 1) / stride;
  return {out, std::max(0, (out - 1) * stride + pool - in) / 2};
}

std::string by(int a, int b) { return std::to_string(a) + "x" + std::to_string(b); }

}  // namespace

Pool2D::Pool2D(Size2 pool, Size2 stride, const std::string& padding)
    : pool_(pool), stride_(stride), same_(padding == "same") {
  if (stride_.height == 0) stride_.height = pool_.height;
  if (stride_.width == 0) stride_.width = pool_.width;
}

Shape Pool2D::infer(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  const auto [pool_h, pool_w] = pool_;
  if (!same_ && (pool_h > input[0] || pool_w > input[1])) {
    throw Error(ErrorKind::config,
                "pool " + by(pool_h, pool_w) + " does not fit input " + input.text() + "; add padding = \"same\"");
  }
  const Axis h = infer_axis(input[0], pool_h, stride_.height, same_);
  const Axis w = infer_axis(input[1], pool_w, stride_.width, same_);
  shape_ = {.in_h = input[0],
            .in_w = input[1],
            .channels = input[2],
            .out_h = h.out,
            .out_w = w.out,
            .pool_h = pool_h,
            .pool_w = pool_w,
            .stride_h = stride_.height,
            .stride_w = stride_.width,
            .pad_h = h.pad,
            .pad_w = w.pad};
  return {h.out, w.out, input[2]};
}

}  // namespace convoy::layers
