#include "kernels/conv.h"

#include <algorithm>

#include "convoy/error.h"
#include "kernels/conv_tiles.h"
#include "kernels/elementwise.h"
#include "kernels/isa.h"

namespace convoy::kernels {
namespace {

using Pair = std::pair<int, int>;

std::string by(std::int64_t height, std::int64_t width) { return std::to_string(height) + "x" + std::to_string(width); }

/// The largest kernel, stride, dilation and padding: larger ones make no sense, and these keep arithmetic within int.
constexpr int largest_step = 4096;

/// Throws Error{config} unless all sides are from 0 to largest_step.
void require_sensible(const Sides& sides) {
  const auto [smallest, largest] = std::minmax({sides.top, sides.bottom, sides.left, sides.right});
  if (smallest >= 0 && largest <= largest_step) return;
  throw Error(ErrorKind::config, "padding must be between 0 and " + std::to_string(largest_step) + ", got " +
                                     std::to_string(smallest < 0 ? smallest : largest));
}

/// Throws Error{config}, which names `what`, unless both numbers are from 1 to largest_step.
void require_sensible(const char* what, Pair pair) {
  const auto [smaller, larger] = std::minmax(pair.first, pair.second);
  if (smaller >= 1 && larger <= largest_step) return;
  throw Error(ErrorKind::config, std::string(what) + " must be between 1 and " + std::to_string(largest_step) +
                                     " in height and width, got " + by(pair.first, pair.second));
}

/// The product in std::size_t, which int could not hold.
std::size_t product(std::initializer_list<int> factors) {
  std::size_t result = 1;
  for (const int factor : factors) result *= static_cast<std::size_t>(factor);
  return result;
}

/// Throws Error{config}, which names `what`, above 2^30 numbers: kernels index with int.
void require_indexable(const char* what, std::initializer_list<std::int64_t> extents) {
  constexpr std::int64_t limit = 1 << 30;
  std::int64_t size = 1;
  for (const std::int64_t extent : extents) {
    if (extent > limit / size) {
      throw Error(ErrorKind::config, std::string(what) + " of the convolution has more than 2^30 numbers");
    }
    size *= extent;
  }
}

/// The output's extent along one axis, and the zeros before the image.
struct Axis {
  std::int64_t out;
  std::int64_t pad_before;
};

/// Zeros before and after the image.
struct Zeros {
  std::int64_t before, after;
};

/// The axis of an input and a kernel whose dilated extent is given, padded by `zeros`, or with `same` as in TensorFlow.
/// Its `out` is below 1 if the kernel does not fit.
Axis axis(std::int64_t in, std::int64_t extent, std::int64_t stride, bool same, Zeros zeros) {
  if (!same) {
    const std::int64_t padded = zeros.before + in + zeros.after;
    return {padded < extent ? 0 : (padded - extent) / stride + 1, zeros.before};
  }
  const std::int64_t out = (in + stride - 1) / stride;
  return {out, std::max<std::int64_t>((out - 1) * stride + extent - in, 0) / 2};
}

/// Throws Error{config} unless the groups divide the input's channels and the filters.
void require_groups(int channels, const ConvOptions& options) {
  const int groups = options.groups;
  if (groups >= 1 && channels % groups == 0 && options.filters % groups == 0) return;
  throw Error(ErrorKind::config, "\"groups\" must divide the " + std::to_string(channels) +
                                     " channels of the input and the " + std::to_string(options.filters) +
                                     " filters, got " + std::to_string(groups));
}

/// The extent that a dilated kernel covers.
std::int64_t dilated(int kernel, int dilation) { return (std::int64_t{kernel} - 1) * dilation + 1; }

/// Throws Error{config} that a kernel, with its dilation, does not fit the input.
[[noreturn]] void throw_does_not_fit(const Shape& input, const ConvOptions& options) {
  std::string message = "kernel " + by(options.kernel.first, options.kernel.second);
  if (options.dilation != Pair{1, 1}) {
    message += " with dilation " + by(options.dilation.first, options.dilation.second) + " covers " +
               by(dilated(options.kernel.first, options.dilation.first),
                  dilated(options.kernel.second, options.dilation.second)) +
               " and";
  }
  const bool padded = options.sides != Sides{};
  throw Error(ErrorKind::config, message + " does not fit input " + input.text() +
                                     (padded ? " with its padding; add more, or" : "; add") + " padding = \"same\"");
}

/// The tiles of size x size pixels that cover the output.
int output_tiles(const ConvShape& shape, int size) {
  return (shape.out_h + size - 1) / size * ((shape.out_w + size - 1) / size);
}

/// The tile for which Winograd's transforms are faster. A product takes as long as if there were two tiles more, since
/// it reads the transformed kernel; so F(2x2) is ahead up to 6x6 outputs.
WinogradTile faster_tile(const ConvShape& shape) {
  const int f4_cost = 36 * (output_tiles(shape, 4) + 2);
  const int f2_cost = 16 * (output_tiles(shape, 2) + 2);
  return f4_cost < f2_cost ? WinogradTile::f4 : WinogradTile::f2;
}

/// Whether "auto" takes Winograd's transforms: where they cost little beside the products, and in few tiles only where
/// the products are large. A rule by shape alone, the same on every CPU, since engines round in their own ways and
/// results would depend on a choice by CPU.
///
/// convoy_conv_choice (tests/bench) measured it on Zen 5, with AVX-512 and with AVX2. Over 8 to 128 channels and 4x4 to
/// 32x32 pixels, a step of all three passes takes 1.3% longer than in the fastest engine with AVX-512 and 2.6% with
/// AVX2, at worst 1.5 and 1.8 times as long: between 8 and 16 channels F(4x4) suits AVX2 and direct AVX-512.
bool winograd_pays(const ConvShape& shape) {
  if (std::min(shape.in_c, shape.out_c) < 8 || shape.in_c + shape.out_c < 32) return false;
  const bool large = shape.in_c * shape.out_c >= 1024 && output_tiles(shape, 2) >= 4;
  return large || faster_tile(shape) == WinogradTile::f4;
}

/// The engine for "auto" and a shape without groups: one of convoy's own, since OpenBLAS rounds in other ways on other
/// CPUs.
std::unique_ptr<const ConvEngine> make_auto_conv(const ConvShape& shape) {
  if (winograd_pays(shape)) {
    if (auto winograd = make_winograd_conv(shape, faster_tile(shape))) return winograd;
  }
  auto direct = make_direct_conv(shape);
  return direct ? std::move(direct) : make_lowered_conv(shape);
}

}  // namespace

ConvShape conv_shape(const Shape& input, const ConvOptions& options) {
  if (input.rank() != 3) {
    throw Error(ErrorKind::config,
                "a convolution needs an image, height x width x channels, but its input is " + input.text());
  }
  require_sensible("kernel", options.kernel);
  require_sensible("stride", options.stride);
  require_sensible("dilation", options.dilation);
  require_sensible(options.sides);
  if (options.filters < 1) {
    throw Error(ErrorKind::config, "filters must be at least 1, got " + std::to_string(options.filters));
  }
  require_groups(input[2], options);
  const auto [kernel_h, kernel_w] = options.kernel;
  const Sides& sides = options.sides;
  const Axis h = axis(input[0], dilated(kernel_h, options.dilation.first), options.stride.first, options.same,
                      {sides.top, sides.bottom});
  const Axis w = axis(input[1], dilated(kernel_w, options.dilation.second), options.stride.second, options.same,
                      {sides.left, sides.right});
  if (h.out < 1 || w.out < 1) throw_does_not_fit(input, options);
  require_indexable("the kernel", {kernel_h, kernel_w, input[2] / options.groups, options.filters});
  require_indexable("the output", {h.out, w.out, options.filters});
  require_indexable("the padded input", {input[0] + 2 * h.pad_before + sides.bottom + 1,
                                         input[1] + 2 * w.pad_before + sides.right + 1, input[2]});
  ConvShape s;
  s.in_h = input[0], s.in_w = input[1], s.in_c = input[2];
  s.out_h = static_cast<int>(h.out), s.out_w = static_cast<int>(w.out), s.out_c = options.filters;
  s.kernel_h = kernel_h, s.kernel_w = kernel_w;
  s.stride_h = options.stride.first, s.stride_w = options.stride.second;
  s.pad_h = static_cast<int>(h.pad_before), s.pad_w = static_cast<int>(w.pad_before);
  s.dilation_h = options.dilation.first, s.dilation_w = options.dilation.second;
  s.groups = options.groups;
  return s;
}

std::size_t ConvShape::in_floats() const { return product({in_h, in_w, in_c}); }
std::size_t ConvShape::out_floats() const { return product({out_h, out_w, out_c}); }
std::size_t ConvShape::kernel_floats() const { return product({kernel_h, kernel_w, group_in_c(), out_c}); }
std::int64_t ConvShape::macs() const { return static_cast<std::int64_t>(product({out_h, out_w}) * kernel_floats()); }

void ConvEngine::pack_forward(float*, const float*) const {}
void ConvEngine::pack_backward(float*, const float*) const {}

void ConvEngine::backward_kernel_of(float* sums, bool add, const Images& d_y, const Images& x, float* scratch) const {
  const auto plane = static_cast<std::size_t>(s_.group_in_c()) * static_cast<std::size_t>(s_.out_c);
  if (!add) std::fill_n(sums, static_cast<std::size_t>(sum_planes()) * plane, 0.0F);
  for (int i = 0; i < x.count; ++i) backward_kernel(sums, d_y.data + i * d_y.stride, x.data + i * x.stride, scratch);
}

void ConvEngine::add_kernel_gradient(float* d_kernel, const float* sums) const {
  elementwise().add(d_kernel, d_kernel, sums, s_.kernel_floats());
}

std::unique_ptr<const ConvEngine> make_conv(const std::string& engine, const ConvShape& shape) {
  if (shape.groups > 1) {
    auto depthwise = engine == "blas" ? nullptr : make_depthwise_conv(shape);
    return depthwise ? std::move(depthwise) : make_grouped_conv(engine, shape);
  }
  if (engine == "auto") return make_auto_conv(shape);
  std::unique_ptr<const ConvEngine> made;
  if (engine == "winograd") made = make_winograd_conv(shape, faster_tile(shape));
  if (engine == "blas") made = make_blas_conv(shape);
  if (!made) made = make_direct_conv(shape);
  return made ? std::move(made) : make_lowered_conv(shape);
}

void conv_bias_gradient(float* d_bias, const float* d_y, int pixels, int channels) {
  for_this_cpu<ConvTiles>().add_pixels(d_bias, d_y, pixels, channels);
}

}  // namespace convoy::kernels
