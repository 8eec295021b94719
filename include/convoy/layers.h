#pragma once

#include <optional>
#include <string>

#include "convoy/padding.h"
#include "convoy/settings.h"
#include "convoy/size2.h"

/// The layers, named and defaulted as in Keras. Each is a plain struct for designated initialisers,
///
///     model.add(Conv2D{.filters = 32, .kernel = 3, .activation = "relu"});
///
/// and converts to the LayerSpec that a configuration's [[layer]] table becomes as well. Its members are the keys of
/// such a table; `convoy config explain conv2d` and configs/README.md say what each means and takes.
namespace convoy {

/// Penalty on a kernel, added to the loss: l1 * sum |w| + l2 * sum w^2.
struct Regularizer {
  double l1 = 0;
  double l2 = 0;
};

/// (H, W, C) -> (H', W', filters); the kernel is (kh, kw, C / groups, filters).
struct Conv2D {
  int filters = 0;
  Size2 kernel = 3;
  Size2 stride = 1;
  Padding padding = "valid";
  Size2 dilation = 1;
  int groups = 1;
  std::string activation = "linear";
  bool use_bias = true;
  std::string kernel_initializer = "glorot_uniform";
  std::string bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  double max_norm = 0;
  std::string engine = "auto";
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H', W', C * depth_multiplier), each channel by itself; the kernel is (kh, kw, C, depth_multiplier).
struct DepthwiseConv2D {
  Size2 kernel = 3;
  Size2 stride = 1;
  Padding padding = "valid";
  Size2 dilation = 1;
  int depth_multiplier = 1;
  std::string activation = "linear";
  bool use_bias = true;
  std::string kernel_initializer = "glorot_uniform";
  std::string bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  double max_norm = 0;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H', W', filters): each channel by itself, then 1x1 across channels. The kernels are (kh, kw, C,
/// depth_multiplier) and (1, 1, C * depth_multiplier, filters).
struct SeparableConv2D {
  int filters = 0;
  Size2 kernel = 3;
  Size2 stride = 1;
  Padding padding = "valid";
  Size2 dilation = 1;
  int depth_multiplier = 1;
  std::string activation = "linear";
  bool use_bias = true;
  std::string kernel_initializer = "glorot_uniform";
  std::string bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  double max_norm = 0;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H', W', filters), a convolution's input gradient as a layer; the kernel is (kh, kw, filters, C).
struct Conv2DTranspose {
  int filters = 0;
  Size2 kernel = 3;
  Size2 stride = 1;
  Padding padding = "valid";
  Size2 output_padding = 0;
  Size2 dilation = 1;
  std::string activation = "linear";
  bool use_bias = true;
  std::string kernel_initializer = "glorot_uniform";
  std::string bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  double max_norm = 0;
  std::string engine = "auto";
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// (F) -> (units); the kernel is (F, units).
struct Dense {
  int units = 0;
  std::string activation = "linear";
  bool use_bias = true;
  std::string kernel_initializer = "glorot_uniform";
  std::string bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  double max_norm = 0;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// Normalises the last axis over the batch (and height and width): gamma * (x - mean) / sqrt(variance + epsilon) +
/// beta.
struct BatchNorm {
  std::optional<double> momentum = {};  ///< an empty member has the preset's value
  std::optional<double> epsilon = {};
  bool center = true;
  bool scale = true;
  std::optional<std::string> moving_variance = {};
  std::string preset = "keras";
  bool trainable = true;  ///< false: frozen, uses the moving statistics in training as well
  std::string name = {};
  operator LayerSpec() const;
};

/// Normalises each sample over height, width and the channels of a group: gamma * (x - mean) / sqrt(variance + epsilon)
/// + beta.
struct GroupNorm {
  int groups = 32;  ///< must divide the channels
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// Normalises each position of each sample over the last axis, by the same formula.
struct LayerNorm {
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// Normalises each channel of each sample over height and width, by the same formula.
struct InstanceNorm {
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// x / (k + alpha / size * the sum of squares over `size` neighbouring channels)^beta.
struct LocalResponseNorm {
  int size = 5;
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
  std::string name = {};
  operator LayerSpec() const;
};

/// gamma * x + beta by channel, both learnt: the last step of a normalisation.
struct Affine {
  bool center = true;
  bool scale = true;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H', W', C), the largest of each window, by channel; stride 0 stands for the window's size.
struct MaxPool2D {
  Size2 pool = 2;
  Size2 stride = 0;
  Padding padding = "valid";
  bool ceil_mode = false;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H', W', C), the mean of each window, by channel; stride 0 stands for the window's size.
struct AvgPool2D {
  Size2 pool = 2;
  Size2 stride = 0;
  Padding padding = "valid";
  bool ceil_mode = false;
  bool count_padding = false;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (size, size, C), the means of size x size windows that cover the image, whatever its extents.
struct AdaptiveAvgPool2D {
  Size2 size = 1;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (C), the largest over height and width.
struct GlobalMaxPool {
  std::string name = {};
  operator LayerSpec() const;
};

/// Adds zeros around an image.
struct ZeroPadding2D {
  Sides padding = 1;
  std::string name = {};
  operator LayerSpec() const;
};

/// Cuts off the edges of an image.
struct Cropping2D {
  Sides cropping = 0;
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H * size, W * size, C).
struct UpSampling2D {
  Size2 size = 2;
  std::string interpolation = "nearest";
  std::string name = {};
  operator LayerSpec() const;
};

/// The same numbers in another shape; one extent may be -1, which stands for what the others leave.
struct Reshape {
  Integers shape = {};
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (C), the mean over height and width.
struct GlobalAvgPool {
  std::string name = {};
  operator LayerSpec() const;
};

/// (H, W, C) -> (H * W * C).
struct Flatten {
  std::string name = {};
  operator LayerSpec() const;
};

/// In training sets a share of the values to 0 and scales the others by 1 / (1 - rate).
struct Dropout {
  double rate = 0.5;
  std::string name = {};
  operator LayerSpec() const;
};

/// In training sets a share of the channels to 0 and scales the others by 1 / (1 - rate).
struct SpatialDropout {
  double rate = 0.5;
  std::string name = {};
  operator LayerSpec() const;
};

/// Passes its input on; in training adds l1 * sum |x| + l2 * sum x^2 of each sample to the loss.
struct ActivityRegularization {
  double l1 = 0;
  double l2 = 0;
  std::string name = {};
  operator LayerSpec() const;
};

/// In training adds mean + deviation * n to each value, n normal; with `redrawn` each channel draws its mean and
/// deviation anew in each step, up to these.
struct Noise {
  double mean = 0;
  double deviation = 0.1;
  bool redrawn = false;
  std::string name = {};
  operator LayerSpec() const;
};

/// relu, relu6, leaky_relu, elu, selu, sigmoid, tanh, gelu, gelu_tanh, silu, hard_sigmoid, hard_swish, softplus, mish,
/// softmax or log_softmax (over the last axis).
struct Activation {
  std::string function = "relu";
  std::string name = {};
  operator LayerSpec() const;
};

/// x where it is positive, else slope * x.
struct LeakyReLU {
  double slope = 0.2;
  std::string name = {};
  operator LayerSpec() const;
};

/// x where it is positive, else alpha * (exp(x) - 1).
struct ELU {
  double alpha = 1;
  std::string name = {};
  operator LayerSpec() const;
};

/// x where it is positive, else a learnt slope times x.
struct PReLU {
  std::string slopes = "each";
  double initial = 0;
  bool trainable = true;
  std::string name = {};
  operator LayerSpec() const;
};

/// The sum of two or more inputs of one shape.
struct Add {
  std::string name = {};
  operator LayerSpec() const;
};

/// The first of two inputs less the second.
struct Subtract {
  std::string name = {};
  operator LayerSpec() const;
};

/// The product of two or more inputs; an input with one number for each channel, as the gate of squeeze and excite,
/// multiplies every pixel.
struct Multiply {
  std::string name = {};
  operator LayerSpec() const;
};

/// The largest of two or more inputs, number by number.
struct Maximum {
  std::string name = {};
  operator LayerSpec() const;
};

/// The mean of two or more inputs.
struct Average {
  std::string name = {};
  operator LayerSpec() const;
};

/// Joins two or more inputs along the last axis.
struct Concat {
  std::string name = {};
  operator LayerSpec() const;
};

}  // namespace convoy
