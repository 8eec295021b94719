#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "convoy/padding.h"
#include "convoy/shape.h"

namespace convoy::kernels {

/// The options of a 2-D convolution; pairs are height, width.
struct ConvOptions {
  int filters = 1;
  std::pair<int, int> kernel = {1, 1};
  std::pair<int, int> stride = {1, 1};
  std::pair<int, int> dilation = {1, 1};
  bool same = false;  ///< pad with zeros so that the output is ceil(input / stride); else as `sides` say
  Sides sides = {};
  int groups = 1;
};

/// The sizes of one convolution of an image, in_h x in_w x in_c, by a kernel, kernel_h x kernel_w x in_c / groups x
/// out_c. With one group:
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i of x[iy][ix][i] * kernel[ky][kx][i][o]
///     with iy = oy * stride_h + ky * dilation_h - pad_h, and ix likewise; x is 0 outside the image.
///
/// With several groups each makes its share of the output channels from its share of the input channels.
struct ConvShape {
  int in_h = 1, in_w = 1, in_c = 1;
  int out_h = 1, out_w = 1, out_c = 1;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_h = 0, pad_w = 0;  ///< rows above and columns to the left; there may be others below and to the right
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;

  /// Input channels of one group.
  int group_in_c() const { return in_c / groups; }

  /// Multiply-adds of one image.
  std::int64_t macs() const;
  std::size_t in_floats() const;
  std::size_t out_floats() const;
  std::size_t kernel_floats() const;
};

/// The sizes of a convolution with these options; the output's are inferred as in TensorFlow. Throws Error{config} for
/// an input that is no image, a kernel that does not fit and sizes that are not positive or too large.
ConvShape conv_shape(const Shape& input, const ConvOptions& options);

/// Images of the same size, each `stride` floats after the one before.
struct Images {
  const float* data;
  std::ptrdiff_t stride;
  int count;
};

/// Rows [first, end) of an image.
struct RowRange {
  int first, end;
};

/// One way to compute a convolution and its two derivatives, one image a call in general. Engines are immutable and
/// allocate nothing: threads share an engine and bring a scratch each. Images are NHWC, kernels HWIO.
class ConvEngine {
 public:
  explicit ConvEngine(const ConvShape& shape) : s_(shape) {}
  ConvEngine(const ConvEngine&) = delete;
  ConvEngine& operator=(const ConvEngine&) = delete;
  virtual ~ConvEngine() = default;

  /// The floats that each function below may use of its `scratch`.
  virtual std::size_t scratch_floats() const = 0;

  /// The size of the kernel as packed for forward and for backward_data, once for many images, in another order or
  /// transformed; 0 where `weights` below is the kernel itself.
  virtual std::size_t forward_weights_floats() const { return 0; }
  virtual std::size_t backward_weights_floats() const { return 0; }
  /// Assigns the packed kernel; the default does nothing.
  virtual void pack_forward(float* weights, const float* kernel) const;
  virtual void pack_backward(float* weights, const float* kernel) const;

  /// 0 where forward must be asked for all rows; else it is fastest for ranges of a multiple of so many.
  virtual int band_rows() const { return 0; }
  /// Assigns rows of y (out_h x out_w x out_c) from x (in_h x in_w x in_c); bias (out_c) may be null. A row's bits do
  /// not depend on which others are asked for.
  virtual void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
                       RowRange rows) const = 0;

  /// The number of planes, of in_c / groups x out_c numbers each, in which the kernel's gradient is added up over
  /// images: one for each tap of the kernel where the sums are the gradient itself.
  virtual int sum_planes() const { return s_.kernel_h * s_.kernel_w; }
  /// Adds one image's share of the kernel's gradient, from d_y and x, to the planes of `sums`.
  virtual void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const = 0;
  /// The same for several images, one or more; without `add` it assigns the sums. Where joins_images(), it is faster
  /// and has other bits than one call for each.
  virtual void backward_kernel_of(float* sums, bool add, const Images& d_y, const Images& x, float* scratch) const;
  virtual bool joins_images() const { return false; }
  /// Adds the gradient that `sums` hold to d_kernel.
  virtual void add_kernel_gradient(float* d_kernel, const float* sums) const;

  /// Assigns d_x from d_y; `weights` as pack_backward made them.
  virtual void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const = 0;

 protected:
  ConvShape s_;  // NOLINT(misc-non-private-member-variables-in-classes): each engine reads it
};

/// An engine for every shape without groups: copies the patches of a few rows into a panel that stays in the L2 cache,
/// and multiplies it through OpenBLAS.
std::unique_ptr<const ConvEngine> make_blas_conv(const ConvShape& shape);

/// The same, but multiplied by convoy's own matmul: the same bits on every CPU.
std::unique_ptr<const ConvEngine> make_lowered_conv(const ConvShape& shape);

/// An engine of convoy's register-tiled kernels, which read the image as it is. Null for a shape with dilation.
std::unique_ptr<const ConvEngine> make_direct_conv(const ConvShape& shape);

/// The sizes of Winograd's tiles: 2x2 or 4x4 outputs.
enum class WinogradTile { f2, f4 };

/// An engine with fewer multiplications, through Winograd's transforms. Null unless the kernel is 3x3 without stride
/// and dilation, with a padding up to 2.
std::unique_ptr<const ConvEngine> make_winograd_conv(const ConvShape& shape, WinogradTile tile);

/// An engine vectorised over channels. Null unless each channel is a group.
std::unique_ptr<const ConvEngine> make_depthwise_conv(const ConvShape& shape);

/// An engine that computes each group by itself: by the blas engine if `engine` is "blas", else by the direct one, or
/// with dilation by the lowered one.
std::unique_ptr<const ConvEngine> make_grouped_conv(const std::string& engine, const ConvShape& shape);

/// The engine of that name, "blas", "direct" or "winograd", or for "auto" the one measured to be fastest. Where an
/// engine does not take the shape, the one before it in this list is made instead, and the lowered one for "blas",
/// since only who asks for OpenBLAS has its bits. A shape with groups has the depthwise engine where it applies, unless
/// `engine` is "blas", else the grouped one.
std::unique_ptr<const ConvEngine> make_conv(const std::string& engine, const ConvShape& shape);

/// Adds to d_bias (channels) the sum of d_y (pixels x channels) over its pixels.
void conv_bias_gradient(float* d_bias, const float* d_y, int pixels, int channels);

}  // namespace convoy::kernels
