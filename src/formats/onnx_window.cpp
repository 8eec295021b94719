#include "formats/onnx_window.h"

#include <algorithm>

namespace convoy::formats::onnx {
namespace {

constexpr std::int64_t largest = 1 << 20;

/// Two numbers from 0 to a million.
Extents two(const Call& call, const std::string& name, const Extents& otherwise, std::int64_t least) {
  Extents numbers = call.integers(name, otherwise);
  if (numbers.size() != 2) call.fail("expected two numbers for " + name + ": height and width");
  for (const std::int64_t number : numbers) {
    if (number < least || number > largest) call.fail(name + " has " + std::to_string(number));
  }
  return numbers;
}

/// What ceil(in / stride) windows need, the odd one at the beginning.
std::pair<int, int> lower_pads(int in, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  const std::int64_t extent = (kernel - 1) * dilation + 1;
  const std::int64_t out = (in + stride - 1) / stride;
  const auto all = static_cast<int>(std::max<std::int64_t>((out - 1) * stride + extent - in, 0));
  return {all - all / 2, all / 2};
}

}  // namespace

Window window_of(const Call& call, const Extents& kernel) {
  Window window;
  window.kernel = two(call, "kernel_shape", kernel, 1);
  window.strides = two(call, "strides", {1, 1}, 1);
  window.dilations = two(call, "dilations", {1, 1}, 1);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  window.same = automatic == "SAME_UPPER";
  window.lower = automatic == "SAME_LOWER";
  if (automatic != "NOTSET" && automatic != "VALID" && !window.same && !window.lower) {
    call.fail("expected NOTSET, VALID, SAME_UPPER or SAME_LOWER for auto_pad");
  }
  const Extents pads = call.integers("pads", {0, 0, 0, 0});
  if (pads.size() != 4) call.fail("expected four numbers for pads");
  for (const std::int64_t pad : pads) {
    if (pad < 0 || pad > largest) call.fail("pads has " + std::to_string(pad));
  }
  if (automatic == "NOTSET") {
    window.pads = {static_cast<int>(pads[0]), static_cast<int>(pads[2]), static_cast<int>(pads[1]),
                   static_cast<int>(pads[3])};
  }
  return window;
}

Value sides_value(const Sides& sides) {
  if (sides == Sides(sides.top)) return std::int64_t{sides.top};
  return Integers{sides.top, sides.bottom, sides.left, sides.right};
}

Value padding_of(const Window& window, const Shape& image) {
  if (window.same) return std::string("same");
  Sides sides = window.pads;
  if (window.lower) {
    const auto [top, bottom] = lower_pads(image[0], window.kernel[0], window.strides[0], window.dilations[0]);
    const auto [left, right] = lower_pads(image[1], window.kernel[1], window.strides[1], window.dilations[1]);
    sides = {top, bottom, left, right};
  }
  if (sides == Sides()) return std::string("valid");
  return sides_value(sides);
}

Value pair_value(const Extents& pair) {
  if (pair[0] == pair[1]) return pair[0];
  return Integers{pair[0], pair[1]};
}

}  // namespace convoy::formats::onnx
