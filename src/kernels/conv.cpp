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

/// Another engine, but with the kernel's gradient of the lowered engine.
class KernelGradientByLowering final : public ConvEngine {
 public:
  KernelGradientByLowering(const ConvShape& shape, std::unique_ptr<const ConvEngine> engine)
      : ConvEngine(shape), engine_(std::move(engine)), lowered_(make_lowered_conv(shape)) {}

  std::size_t scratch_floats() const override {
    return std::max(engine_->scratch_floats(), lowered_->scratch_floats());
  }
  std::size_t forward_weights_floats() const override { return engine_->forward_weights_floats(); }
  std::size_t backward_weights_floats() const override { return engine_->backward_weights_floats(); }
  void pack_forward(float* weights, const float* kernel) const override { engine_->pack_forward(weights, kernel); }
  void pack_backward(float* weights, const float* kernel) const override { engine_->pack_backward(weights, kernel); }

  bool divisible() const override { return engine_->divisible(); }
  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange rows) const override {
    engine_->forward(y, x, weights, bias, scratch, rows);
  }
  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    lowered_->backward_kernel(sums, d_y, x, scratch);
  }
  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    engine_->backward_data(d_x, d_y, weights, scratch);
  }

 private:
  std::unique_ptr<const ConvEngine> engine_, lowered_;
};

/// The engine for "auto" and a shape without groups, as conv_bench (tests/bench) measured it on Zen 3: Winograd's
/// transforms pay where channels and tiles are not few. Lowering wins only where dilation keeps the direct engine out,
/// and for a kernel's gradient where most lanes of a vector would be empty or very few pixels are summed up.
std::unique_ptr<const ConvEngine> make_auto_conv(const ConvShape& shape) {
  const int tiles = (shape.out_h + 1) / 2 * ((shape.out_w + 1) / 2);
  if (std::min(shape.in_c, shape.out_c) >= 16 && tiles >= 9) {
    if (auto winograd = make_winograd_conv(shape)) return winograd;
  }
  auto direct = make_direct_conv(shape);
  if (!direct) return make_lowered_conv(shape);
  const bool empty_lanes = shape.out_c <= 4;  // whatever the CPU: it has other bits
  const bool few_pixels = shape.out_h * shape.out_w < 9;
  if (!empty_lanes && !few_pixels) return direct;
  return std::make_unique<KernelGradientByLowering>(shape, std::move(direct));
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

void ConvEngine::add_kernel_gradient(float* d_kernel, const float* sums, std::ptrdiff_t begin,
                                     std::ptrdiff_t end) const {
  const std::ptrdiff_t tap = std::ptrdiff_t{s_.group_in_c()} * s_.out_c;
  for (int t = 0; t < s_.kernel_h * s_.kernel_w; ++t, d_kernel += tap, sums += tap) {
    elementwise().add(d_kernel + begin, d_kernel + begin, sums + begin, static_cast<std::size_t>(end - begin));
  }
}

std::unique_ptr<const ConvEngine> make_conv(const std::string& engine, const ConvShape& shape) {
  if (shape.groups > 1) {
    auto depthwise = engine == "blas" ? nullptr : make_depthwise_conv(shape);
    return depthwise ? std::move(depthwise) : make_grouped_conv(engine, shape);
  }
  if (engine == "auto") return make_auto_conv(shape);
  std::unique_ptr<const ConvEngine> made;
  if (engine == "winograd") made = make_winograd_conv(shape);
  if (engine == "blas") made = make_blas_conv(shape);
  if (!made) made = make_direct_conv(shape);
  return made ? std::move(made) : make_lowered_conv(shape);
}

void conv_bias_gradient(float* d_bias, const float* d_y, int pixels, int channels) {
  for_this_cpu<ConvTiles>().add_pixels(d_bias, d_y, pixels, channels);
}

}  // namespace convoy::kernels
