#include <algorithm>

#include "layers/check.h"
#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/kernel_fields.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The input gradient of a convolution as a layer: (H, W, C) -> (H', W', filters). That convolution goes from y to x:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i with oy = iy s + ky d - pad of x[iy][ix][i] * kernel[ky][kx][o][i]
///
/// Parameters: kernel (kh, kw, filters, C) and, unless use_bias is false, bias (filters).
class Conv2DTranspose final : public Layer {
 public:
  explicit Conv2DTranspose(const convoy::Conv2DTranspose& options) : options_(options) {}
  static const Described<convoy::Conv2DTranspose>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { kernel, bias };

  /// The shape of the output. Throws Error{config} for an output_padding or padding that does not fit.
  Shape output_of(const Shape& input) const;
  /// Assigns the sample's output.
  void forward_sample(const Pass& pass, const Task& task) const;
  /// Assigns the sample's d_input unless it is null, and, if trainable, adds its gradients of kernel and bias to its
  /// group's sums.
  void backward_sample(const Pass& pass, const Task& task) const;
  /// Adds the groups' sums to the gradients: of the kernel's one part, and in part 0 the bias's.
  void add_groups(const Pass& pass, int part) const;

  convoy::Conv2DTranspose options_;
  Convolution convolution_;  ///< from y to x
};
namespace {

/// The output's extent along an axis; `extent` is the dilated kernel's. As in Keras for "same" and "valid", as in
/// PyTorch for numbers: they differ where the kernel is smaller than the stride.
std::int64_t transposed_extent(std::int64_t in, int extent, int stride, const Padding& padding, int cut_off, int more) {
  if (padding.same()) return in * stride;
  const bool filled = padding.name == "valid" && more == 0;
  return (in - 1) * stride + (filled ? std::max(extent, stride) : extent) - cut_off + more;
}

int dilated_extent(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

}  // namespace

const Described<convoy::Conv2DTranspose>& Conv2DTranspose::described() {
  using Options = convoy::Conv2DTranspose;
  static const Described<Options> all{
      "conv2d_transpose", "Transposed 2-D convolution: makes an image larger, stride times.",
      Fields<Options>()
          .add("filters", &Options::filters, "Channels of the output.", {.min = 1, .max = 1 << 20, .required = true})
          .add("kernel", &Options::kernel, "Height and width of the kernel; one number stands for both.",
               {.min = 1, .max = largest_step})
          .add("stride", &Options::stride, "Pixels of the output from one place of the kernel to the next.",
               {.min = 1, .max = largest_step})
          .add(
              "padding", &Options::padding,
              "What is cut off: \"valid\" nothing; \"same\" what is beyond stride times the input (Keras); a number so "
              "many pixels at each side (PyTorch's padding).",
              {.min = 0, .max = largest_step, .choices = {"valid", "same"}})
          .add("output_padding", &Options::output_padding,
               "Pixels more below and to the right, fewer than the stride; with \"same\" none.",
               {.min = 0, .max = largest_step})
          .add("dilation", &Options::dilation, "Pixels from one number of the kernel to the next.",
               {.min = 1, .max = largest_step})
          .add_all(kernel_fields<Options>())
          .add("engine", &Options::engine, "How to compute, as conv2d's.",
               {.choices = {"auto", "blas", "direct", "winograd"}})};
  return all;
}

Shape Conv2DTranspose::output_of(const Shape& input) const {
  const auto& [kernel_h, kernel_w] = options_.kernel;
  const auto& [stride_h, stride_w] = options_.stride;
  const auto& [more_h, more_w] = options_.output_padding;
  const Sides& sides = options_.padding.sides;
  const bool fits = more_h < stride_h && more_w < stride_w;
  if (!fits || (options_.padding.same() && more_h + more_w > 0)) {
    throw Error(ErrorKind::config, "\"output_padding\" must be less than the stride, and 0 with padding = \"same\"");
  }
  const std::int64_t height = transposed_extent(input[0], dilated_extent(kernel_h, options_.dilation.height), stride_h,
                                                options_.padding, sides.top + sides.bottom, more_h);
  const std::int64_t width = transposed_extent(input[1], dilated_extent(kernel_w, options_.dilation.width), stride_w,
                                               options_.padding, sides.left + sides.right, more_w);
  if (height >= 1 && width >= 1) return larger_image(height, width, options_.filters);
  throw Error(ErrorKind::config, "\"padding\" leaves nothing of the output for input " + input.text());
}

Declaration Conv2DTranspose::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  Declaration d{.output = output_of(input)};
  kernels::ConvOptions from_output = kernel_options(options_);
  from_output.filters = input[2];
  const kernels::ConvShape shape = kernels::conv_shape(d.output, from_output);
  convolution_.set_up(options_.engine, shape);
  const int taps = shape.kernel_h * shape.kernel_w;
  ParameterDeclaration kernel_spec = kernel_of(options_);
  kernel_spec.shape = {shape.kernel_h, shape.kernel_w, options_.filters, input[2]};
  kernel_spec.outputs = options_.filters;
  kernel_spec.output_step = input[2];
  kernel_spec.fan_in = taps * options_.filters;  // as Keras counts them
  kernel_spec.fan_out = taps * input[2];
  d.parameters.push_back(kernel_spec);
  if (options_.use_bias) {
    d.parameters.push_back(bias_of(options_));
    d.parameters.back().shape = {options_.filters};
  }
  d.shared_floats = convolution_.shared_floats();
  d.scratch_floats = convolution_.scratch_floats();
  d.macs = shape.macs();
  d.group_floats = convolution_.sums_floats() + static_cast<std::size_t>(options_.filters);
  d.group_scratch_floats = convolution_.group_scratch_floats();
  return d;
}

Stages Conv2DTranspose::forward(Mode, bool) const {
  Stages stages = convolution_.pack_for_backward_data(kernel, false);
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }});
  return stages;
}

Stages Conv2DTranspose::backward(bool trainable) const {
  Stages stages = convolution_.pack_for_forward(kernel);
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }});
  if (trainable) {
    stages.push_back({.parts = convolution_.parts(),
                      .body = [this](const Pass& pass, const Task& task) { add_groups(pass, task.index); },
                      .when = Stage::When::late});
  }
  return stages;
}

void Conv2DTranspose::forward_sample(const Pass& pass, const Task& task) const {
  const kernels::ConvShape& shape = convolution_.shape();
  float* y = pass.output[task.index];
  convolution_.backward_data(pass, y, pass.inputs[0][task.index], pass.parameters[kernel],
                             pass.scratch[static_cast<std::size_t>(task.worker)]);
  if (!options_.use_bias) return;
  const int channels = options_.filters;
  for (int pixel = 0; pixel < shape.in_h * shape.in_w; ++pixel, y += channels) {
    for (int c = 0; c < channels; ++c) y[c] += pass.parameters[bias][c];
  }
}

void Conv2DTranspose::backward_sample(const Pass& pass, const Task& task) const {
  const kernels::ConvShape& shape = convolution_.shape();
  const float* d_y = pass.d_output[task.index];
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  if (pass.trainable) {
    convolution_.backward_kernel(pass, task, pass.inputs[0][task.index], d_y, scratch);
    if (options_.use_bias) {
      kernels::conv_bias_gradient(pass.group_sums[task.group] + convolution_.sums_floats(), d_y,
                                  shape.in_h * shape.in_w, options_.filters);
    }
  }
  if (pass.d_inputs[0]) {
    convolution_.forward(pass, pass.d_inputs[0][task.index], d_y, pass.parameters[kernel], nullptr, scratch);
  }
}

void Conv2DTranspose::add_groups(const Pass& pass, int part) const {
  convolution_.add_groups(pass, part, pass.gradients[kernel]);
  if (!options_.use_bias || part != 0) return;
  add_bias_groups(pass, convolution_.sums_floats(), options_.filters, pass.gradients[bias]);
}

LayerType conv2d_transpose_row() { return type_row<Layer, Conv2DTranspose>(Conv2DTranspose::described()); }

}  // namespace convoy::layers

convoy::Conv2DTranspose::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::Conv2DTranspose::described(), *this);
}
