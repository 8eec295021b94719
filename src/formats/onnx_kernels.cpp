// Operators with a kernel: convolutions and dense layers.

#include <algorithm>

#include "formats/onnx_graph.h"
#include "formats/onnx_window.h"

namespace convoy::formats::onnx {
namespace {

/// A kernel of ONNX's, with four axes a x b x height x width, as height x width x second x first of these two.
std::vector<float> rearranged(const Constant& kernel) {
  const auto extent = [&](std::size_t axis) { return static_cast<std::size_t>(kernel.dims[axis]); };
  const std::size_t pixels = extent(2) * extent(3);
  std::vector<float> values(kernel.size());
  for (std::size_t a = 0, at = 0; a < extent(0); ++a) {
    for (std::size_t b = 0; b < extent(1); ++b) {
      for (std::size_t pixel = 0; pixel < pixels; ++pixel, ++at) {
        values[(pixel * extent(1) + b) * extent(0) + a] = kernel.floats[at];
      }
    }
  }
  return values;
}

/// The kernel of a convolution of images. Throws for those of signals and volumes.
const Constant& kernel_of_images(const Call& call) {
  const Constant& kernel = call.constant(1);
  if (kernel.whole) call.fail("expected a kernel of floating-point numbers");
  if (kernel.dims.size() != 4) {
    call.fail("expected a kernel of four axes, for images, got " + std::to_string(kernel.dims.size()));
  }
  if (kernel.size() == 0) call.fail("has an empty kernel");
  return kernel;
}

/// A third input as bias. Without one the layer waits for an Add.
ExpressionPtr with_bias(const Call& call, LayerSpec spec, const ExpressionPtr& image, std::vector<float> kernel,
                        std::int64_t filters) {
  Tensors tensors;
  tensors["kernel"] = std::move(kernel);
  if (!call.has(2)) return call.layers().pending(call.place(), std::move(spec), image, std::move(tensors));
  const Constant& bias = call.constant(2);
  if (static_cast<std::int64_t>(bias.size()) != filters) {
    call.fail("expected " + std::to_string(filters) + " numbers as bias, got " + std::to_string(bias.size()));
  }
  tensors["bias"] = bias.as_floats();
  return call.layers().add(call.place(), std::move(spec), {image}, std::move(tensors));
}

void check_kernel(const Call& call, const Window& window, const Constant& kernel) {
  if (window.kernel != Extents{kernel.dims[2], kernel.dims[3]}) call.fail("kernel_shape is not that of the kernel");
}

void set_window(LayerSpec& spec, const Window& window, const Shape& image) {
  spec.settings.set("kernel", pair_value(window.kernel));
  spec.settings.set("stride", pair_value(window.strides));
  spec.settings.set("padding", padding_of(window, image));
  spec.settings.set("dilation", pair_value(window.dilations));
}

void convolution(const Call& call) {
  const Constant& kernel = kernel_of_images(call);
  const ExpressionPtr image = call.image(0);
  const std::int64_t channels = image->shape.last();
  const std::int64_t groups = call.integer("group", 1);
  const std::int64_t filters = kernel.dims[0];
  if (groups < 1 || channels % groups != 0 || filters % groups != 0 || kernel.dims[1] != channels / groups) {
    call.fail("has a kernel for " + std::to_string(kernel.dims[1]) + " channels in each of " + std::to_string(groups) +
              " groups, and an input of " + std::to_string(channels) + " channels");
  }
  const Window window = window_of(call, {kernel.dims[2], kernel.dims[3]});
  check_kernel(call, window, kernel);
  LayerSpec spec;
  set_window(spec, window, image->shape);
  if (groups == channels && groups > 1) {
    spec.type = "depthwise_conv2d";
    spec.settings.set("depth_multiplier", filters / groups);
  } else {
    spec.type = "conv2d";
    spec.settings.set("filters", filters);
    spec.settings.set("groups", groups);
  }
  ExpressionPtr made = with_bias(call, std::move(spec), image, rearranged(kernel), filters);
  const View view = View::channels_first(made->shape);
  call.give(std::move(made), view);
}

/// What is cut off at the two ends of one axis of a transposed convolution that shall have `out` pixels.
std::pair<int, int> cut_off(const Call& call, std::int64_t whole, std::int64_t out, bool upper) {
  const std::int64_t all = whole - out;
  if (all < 0 || all > 1 << 20) call.fail("expected an output no larger than the windows cover");
  const auto less = static_cast<int>(all / 2);
  const auto more = static_cast<int>(all - all / 2);
  return upper ? std::pair(less, more) : std::pair(more, less);
}

void transposed_convolution(const Call& call) {
  const Constant& kernel = kernel_of_images(call);
  const ExpressionPtr image = call.image(0);
  if (call.integer("group", 1) != 1) call.fail("convoy's conv2d_transpose has no groups");
  if (kernel.dims[0] != image->shape.last()) {
    call.fail("has a kernel for " + std::to_string(kernel.dims[0]) + " channels, and an input of " +
              std::to_string(image->shape.last()));
  }
  Window window = window_of(call, {kernel.dims[2], kernel.dims[3]});
  check_kernel(call, window, kernel);
  Extents more = call.integers("output_padding", {0, 0});
  const Extents wanted = call.integers("output_shape", {});
  if (more.size() != 2 || (!wanted.empty() && wanted.size() < 2))
    call.fail("expected two numbers for height and width");
  if (window.same || window.lower || !wanted.empty()) {
    std::pair<int, int> cut[2];
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t in = image->shape[static_cast<int>(i)];
      const std::int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
      const std::int64_t out = wanted.empty() ? in * window.strides[i] : wanted[wanted.size() - 2 + i];
      std::int64_t covered = (in - 1) * window.strides[i] + more[i] + extent;
      if (out > covered && out - covered < window.strides[i]) {
        more[i] += out - covered;
        covered = out;
      }
      cut[i] = cut_off(call, covered, out, window.same);
    }
    window.pads = {cut[0].first, cut[0].second, cut[1].first, cut[1].second};
  }
  LayerSpec spec = layer_of_type("conv2d_transpose");
  spec.settings.set("filters", kernel.dims[1]);
  set_window(spec, window, image->shape);
  spec.settings.set("padding", sides_value(window.pads));  // 0 and "valid" differ for kernels smaller than the stride
  spec.settings.set("output_padding", pair_value(more));
  ExpressionPtr made = with_bias(call, std::move(spec), image, rearranged(kernel), kernel.dims[1]);
  const View view = View::channels_first(made->shape);
  call.give(std::move(made), view);
}

/// A matrix inputs x units with its rows where convoy has the features that they are for.
std::vector<float> rows_at(std::vector<float> matrix, const std::vector<std::size_t>& places, std::size_t units) {
  if (places.empty()) return matrix;
  std::vector<float> moved(matrix.size());
  for (std::size_t row = 0; row < places.size(); ++row) {
    std::copy_n(matrix.begin() + static_cast<std::ptrdiff_t>(row * units), units,
                moved.begin() + static_cast<std::ptrdiff_t>(places[row] * units));
  }
  return moved;
}

std::vector<float> transposed(const Constant& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.dims[0]);
  const auto columns = static_cast<std::size_t>(matrix.dims[1]);
  std::vector<float> values(matrix.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      values[column * rows + row] = matrix.floats[row * columns + column];
    }
  }
  return values;
}

const Constant& matrix_of(const Call& call) {
  const Constant& matrix = call.constant(1);
  if (matrix.whole || matrix.dims.size() != 2 || matrix.size() == 0) {
    call.fail("expected a matrix of floating-point numbers as second input");
  }
  return matrix;
}

/// A dense layer; of an image's channels, a convolution by one pixel.
ExpressionPtr dense(const Call& call, std::vector<float> matrix, std::int64_t inputs, std::int64_t units, View& view) {
  const GraphValue& x = call.data(0);
  LayerSpec spec = layer_of_type("dense");
  spec.settings.set("units", units);
  ExpressionPtr from;
  std::vector<std::size_t> places;
  if (x.view.rank() == 1) {
    from = call.vector(0, places);
  } else {
    if (x.view.rank() == 3) from = arranged(call.layers(), x, {0, 1, 2});
    if (!from) call.fail("expected a feature vector, or the channels of images as last axis");
    spec = layer_of_type("conv2d");
    spec.settings.set("filters", units);
    spec.settings.set("kernel", std::int64_t{1});
  }
  if (from->shape.last() != inputs) {
    call.fail("has a matrix for " + std::to_string(inputs) + " features, and an input of " +
              std::to_string(from->shape.last()));
  }
  matrix = rows_at(std::move(matrix), places, static_cast<std::size_t>(units));
  ExpressionPtr made = call.layers().pending(call.place(), std::move(spec), from, {{"kernel", std::move(matrix)}});
  view = View(made->shape);
  return made;
}

void matmul(const Call& call) {
  const Constant& matrix = matrix_of(call);
  View view;
  ExpressionPtr made = dense(call, matrix.floats, matrix.dims[0], matrix.dims[1], view);
  call.give(std::move(made), view);
}

void gemm(const Call& call) {
  const Constant& matrix = matrix_of(call);
  if (call.integer("transA", 0) != 0) call.fail("expected transA = 0");
  if (call.data(0).view.rank() != 1) call.fail("expected batch x features");
  const bool turned = call.integer("transB", 0) != 0;
  std::vector<float> values = turned ? transposed(matrix) : matrix.floats;
  const auto alpha = static_cast<float>(call.number("alpha", 1));
  for (float& value : values) value *= alpha;
  const std::int64_t units = matrix.dims[turned ? 0 : 1];
  View view;
  ExpressionPtr made = dense(call, std::move(values), matrix.dims[turned ? 1 : 0], units, view);
  if (call.has(2)) {
    const Constant& given = call.constant(2);
    const auto count = static_cast<std::size_t>(units);
    const bool fits = given.size() == 1 || (given.size() == count && !given.dims.empty() && given.dims.back() == units);
    if (!fits) call.fail("expected one number as bias, or one for each of the " + std::to_string(units) + " units");
    std::vector<double> bias(count);
    for (std::size_t i = 0; i < count; ++i) {
      bias[i] = given.at(given.size() == 1 ? 0 : i) * call.number("beta", 1);
    }
    made->beta = bias;
  }
  call.give(std::move(made), view);
}

}  // namespace

const std::map<std::string, Operator, std::less<>>& kernel_operators() {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"Conv", convolution},
      {"ConvTranspose", transposed_convolution},
      {"MatMul", matmul},
      {"Gemm", gemm},
  };
  return operators;
}

}  // namespace convoy::formats::onnx
