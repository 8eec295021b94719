#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "convoy/padding.h"
#include "convoy/shape.h"

namespace convoy::kernels {

/// What a 2-D convolution is asked to do; pairs are height, width.
struct ConvOptions {
  int filters = 1;
  std::pair<int, int> kernel = {1, 1};
  std::pair<int, int> stride = {1, 1};
  std::pair<int, int> dilation = {1, 1};
  bool same = false;  ///< pad with zeros so that the output is ceil(input / stride); else at the sides
  Sides sides = {};
  int groups = 1;
};

/// The sizes of one convolution of an image, in_h x in_w x in_c, by a kernel, kernel_h x kernel_w x in_c / groups x
/// out_c. With one group:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i of x[iy][ix][i] * kernel[ky][kx][i][o]
///     with iy = oy * stride_h + ky * dilation_h - pad_h, and ix likewise; x is 0 outside the image.
///
/// Of several groups each makes its share of the outputs from its share of the inputs, both neighbours.
struct ConvShape {
  int in_h = 1, in_w = 1, in_c = 1;
  int out_h = 1, out_w = 1, out_c = 1;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_h = 0, pad_w = 0;  ///< rows above and columns to the left; there may be others below and to the right
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;

  int group_in_c() const { return in_c / groups; }

  /// Multiply-adds of one image.
  std::int64_t macs() const;
  std::size_t in_floats() const;
  std::size_t out_floats() const;
  std::size_t kernel_floats() const;
};

/// Infers the output's size, as TensorFlow does. Throws Error{config} for an input that is no image, a kernel that does
/// not fit and sizes that are not positive or too large.
ConvShape conv_shape(const Shape& input, const ConvOptions& options);

/// Rows [first, end) of an image.
struct RowRange {
  int first, end;
};

/// One way to compute a convolution and its two derivatives, one image a call. Engines are immutable and allocate
/// nothing: threads share an engine, each with a scratch of its own. Images are NHWC, kernels HWIO.
class ConvEngine {
 public:
  explicit ConvEngine(const ConvShape& shape) : s_(shape) {}
  ConvEngine(const ConvEngine&) = delete;
  ConvEngine& operator=(const ConvEngine&) = delete;
  virtual ~ConvEngine() = default;

  /// What every function below may use of its `scratch`.
  virtual std::size_t scratch_floats() const = 0;

  /// An engine may want the kernel in an order of its own, made once for many images: then these say how large it is,
  /// and pack_forward and pack_backward write it. 0: `weights` below is the kernel itself.
  virtual std::size_t forward_weights_floats() const { return 0; }
  virtual std::size_t backward_weights_floats() const { return 0; }
  virtual void pack_forward(float* weights, const float* kernel) const;
  virtual void pack_backward(float* weights, const float* kernel) const;

  /// Whether forward takes any rows; else all of them.
  virtual bool divisible() const { return false; }
  /// Assigns rows of y (out_h x out_w x out_c) from x (in_h x in_w x in_c); bias (out_c) may be null. A row's bits do
  /// not depend on which others are asked for.
  virtual void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
                       RowRange rows) const = 0;

  /// The kernel's gradient is added up over images in sums of the engine's own: this many planes of in_c / groups x
  /// out_c numbers, usually one for each tap of the kernel.
  virtual int sum_planes() const { return s_.kernel_h * s_.kernel_w; }
  /// Adds to sums what follows from d_y and x.
  virtual void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const = 0;
  /// Adds to d_kernel what the sums amount to: of each tap's in_c / groups x out_c numbers
  /// those of [begin, end).
  virtual void add_kernel_gradient(float* d_kernel, const float* sums, std::ptrdiff_t begin, std::ptrdiff_t end) const;

  /// Assigns d_x from d_y; `weights` as pack_backward made them.
  virtual void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const = 0;

 protected:
  ConvShape s_;  // NOLINT(misc-non-private-member-variables-in-classes): what every engine is about
};

/// General: lowers a few rows into a panel that stays in the L2 cache and multiplies it through OpenBLAS.
std::unique_ptr<const ConvEngine> make_blas_conv(const ConvShape& shape);

/// Our own register-tiled kernels on the image as it is. Null where it does not apply: it takes any shape without
/// dilation.
std::unique_ptr<const ConvEngine> make_direct_conv(const ConvShape& shape);

/// Fewer multiplications through Winograd's transforms. Null where it does not apply: it takes 3x3 kernels without
/// stride and dilation, with any padding up to 2.
std::unique_ptr<const ConvEngine> make_winograd_conv(const ConvShape& shape);

/// Vectorised over channels. Null where it does not apply: each channel must be a group of its own.
std::unique_ptr<const ConvEngine> make_depthwise_conv(const ConvShape& shape);

/// Each group by itself, by "blas" or else the direct engine where that applies.
std::unique_ptr<const ConvEngine> make_grouped_conv(const std::string& engine, const ConvShape& shape);

/// "blas", "direct", "winograd" or "auto": what was measured to be faster. Where an engine does not apply the one
/// before it in this list takes its place. Groups have engines of their own.
std::unique_ptr<const ConvEngine> make_conv(const std::string& engine, const ConvShape& shape);

/// Adds to d_bias (channels) the sum of d_y (pixels x channels) over its pixels.
void conv_bias_gradient(float* d_bias, const float* d_y, int pixels, int channels);

}  // namespace convoy::kernels
