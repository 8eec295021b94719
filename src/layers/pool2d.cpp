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

Pool2D::Pool2D(const Settings& settings)
    : pool_(settings.pair("pool")), stride_(settings.pair("stride")), same_(settings.text("padding") == "same") {
  if (stride_.first == 0) stride_.first = pool_.first;
  if (stride_.second == 0) stride_.second = pool_.second;
}

std::vector<KeySpec> Pool2D::keys() {
  return {
      {.name = "pool",
       .kind = Kind::pair,
       .fallback = Value{std::int64_t{2}},
       .doc = "Height and width of the window.",
       .min = 1,
       .max = 255},
      {.name = "stride",
       .kind = Kind::pair,
       .fallback = Value{std::int64_t{0}},
       .doc = "Steps between windows; 0 for the window's size.",
       .min = 0},
      {.name = "padding",
       .kind = Kind::choice,
       .fallback = Value{std::string("valid")},
       .doc = "\"valid\": whole windows only; \"same\": ceil(size / stride) windows, of which what lies outside does "
              "not count.",
       .choices = {"valid", "same"}},
  };
}

Shape Pool2D::infer(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  const auto [pool_h, pool_w] = pool_;
  if (!same_ && (pool_h > input[0] || pool_w > input[1])) {
    throw Error(ErrorKind::config,
                "pool " + by(pool_h, pool_w) + " does not fit input " + input.text() + "; add padding = \"same\"");
  }
  const Axis h = infer_axis(input[0], pool_h, stride_.first, same_);
  const Axis w = infer_axis(input[1], pool_w, stride_.second, same_);
  shape_ = {.in_h = input[0],
            .in_w = input[1],
            .channels = input[2],
            .out_h = h.out,
            .out_w = w.out,
            .pool_h = pool_h,
            .pool_w = pool_w,
            .stride_h = stride_.first,
            .stride_w = stride_.second,
            .pad_h = h.pad,
            .pad_w = w.pad};
  return {h.out, w.out, input[2]};
}

}  // namespace convoy::layers
