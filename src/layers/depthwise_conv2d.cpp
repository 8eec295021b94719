#include "layers/check.h"
#include "layers/conv2d.h"
#include "layers/kernel_fields.h"
#include "layers/registry.h"

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
namespace {

/// The options of a Conv2D but for filters and groups, which follow from the input's channels in setup.
convoy::Conv2D as_conv2d(const convoy::DepthwiseConv2D& options) {
  return {.kernel = options.kernel,
          .stride = options.stride,
          .padding = options.padding,
          .dilation = options.dilation,
          .use_bias = options.use_bias,
          .kernel_initializer = options.kernel_initializer,
          .bias_initializer = options.bias_initializer,
          .kernel_regularizer = options.kernel_regularizer,
          .bias_regularizer = options.bias_regularizer,
          .max_norm = options.max_norm};
}

}  // namespace

DepthwiseConv2D::DepthwiseConv2D(const convoy::DepthwiseConv2D& options)
    : Conv2D(as_conv2d(options)), multiplier_(options.depth_multiplier) {}

const Described<convoy::DepthwiseConv2D>& DepthwiseConv2D::described() {
  using Options = convoy::DepthwiseConv2D;
  static const Described<Options> all{
      "depthwise_conv2d", "2-D convolution of each channel by itself (Keras's DepthwiseConv2D).",
      Fields<Options>()
          .add_all(window_fields<Options>())
          .add("depth_multiplier", &Options::depth_multiplier, "Outputs of each channel.", {.min = 1, .max = 4096})
          .add_all(kernel_fields<Options>())};
  return all;
}

Declaration DepthwiseConv2D::setup(std::span<const Shape> inputs) {
  const int channels = image_input(inputs)[2];
  options_.groups = channels;
  options_.filters = repeated_channels(channels, multiplier_);
  Declaration declaration = Conv2D::setup(inputs);
  ParameterDeclaration& spec = declaration.parameters.front();
  const int taps = options_.kernel.height * options_.kernel.width;
  spec.shape = {options_.kernel.height, options_.kernel.width, channels, multiplier_};
  spec.outputs = channels * multiplier_;
  spec.fan_in = taps * channels;
  spec.fan_out = taps * multiplier_;
  return declaration;
}

LayerType depthwise_conv2d_row() { return type_row<Layer, DepthwiseConv2D>(DepthwiseConv2D::described()); }

}  // namespace convoy::layers

convoy::DepthwiseConv2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::DepthwiseConv2D::described(), *this);
}
