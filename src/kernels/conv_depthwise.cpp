#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"

namespace convoy::kernels {
namespace {

/// The shape that the depthwise kernels take: of an image that has as many channels as the output.
DepthwiseShape forward_shape(const ConvShape& s) {
  return {.channels = s.out_c,
          .in_h = s.in_h,
          .in_w = s.in_w,
          .out_h = s.out_h,
          .out_w = s.out_w,
          .kernel_h = s.kernel_h,
          .kernel_w = s.kernel_w,
          .stride_h = s.stride_h,
          .stride_w = s.stride_w,
          .pad_h = s.pad_h,
          .pad_w = s.pad_w,
          .dilation_h = s.dilation_h,
          .dilation_w = s.dilation_w};
}

/// The shape of the convolution of d_y, by the kernel turned round, that makes d_x where there is no stride.
DepthwiseShape backward_shape(DepthwiseShape s) {
  std::swap(s.in_h, s.out_h);
  std::swap(s.in_w, s.out_w);
  s.pad_h = (s.kernel_h - 1) * s.dilation_h - s.pad_h;
  s.pad_w = (s.kernel_w - 1) * s.dilation_w - s.pad_w;
  return s;
}

/// The engine of a convolution of each channel by itself. Where a channel makes several outputs, it works on an image
/// whose channels are repeated as often.
class DepthwiseConv final : public ConvEngine {
 public:
  explicit DepthwiseConv(const ConvShape& shape)
      : ConvEngine(shape),
        forward_(forward_shape(shape)),
        backward_(backward_shape(forward_)),
        strided_(shape.stride_h > 1 || shape.stride_w > 1),
        multiplier_(shape.out_c / shape.in_c) {}

  std::size_t scratch_floats() const override {
    return multiplier_ == 1 ? 0 : s_.in_floats() * static_cast<std::size_t>(multiplier_);
  }

  std::size_t backward_weights_floats() const override { return strided_ ? 0 : s_.kernel_floats(); }
  void pack_backward(float* weights, const float* kernel) const override {
    if (strided_) return;
    for (int tap = s_.kernel_h * s_.kernel_w - 1; tap >= 0; --tap) {
      weights = std::copy_n(kernel + std::ptrdiff_t{tap} * s_.out_c, s_.out_c, weights);
    }
  }

  int band_rows() const override { return multiplier_ == 1 ? 1 : 0; }
  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange rows) const override {
    depthwise().forward(y, repeated(scratch, x), weights, bias, forward_, rows.first, rows.end);
  }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    depthwise().backward_kernel(sums, d_y, repeated(scratch, x), forward_);
  }

  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    float* d_repeated = multiplier_ == 1 ? d_x : scratch;
    if (strided_) {
      depthwise().backward_data(d_repeated, d_y, weights, forward_);
    } else {
      depthwise().forward(d_repeated, d_y, weights, nullptr, backward_, 0, s_.in_h);
    }
    if (multiplier_ == 1) return;
    for (std::size_t i = 0; i < s_.in_floats(); ++i) {
      d_x[i] = *d_repeated++;
      for (int more = 1; more < multiplier_; ++more) d_x[i] += *d_repeated++;
    }
  }

 private:
  /// The image with each channel repeated multiplier_ times, which it writes to scratch; x itself for a multiplier
  /// of 1.
  const float* repeated(float* scratch, const float* x) const {
    if (multiplier_ == 1) return x;
    float* to = scratch;
    for (std::size_t i = 0; i < s_.in_floats(); ++i) to = std::fill_n(to, multiplier_, x[i]);
    return scratch;
  }

  DepthwiseShape forward_;
  DepthwiseShape backward_;
  bool strided_;
  int multiplier_;  ///< outputs of a channel
};

}  // namespace

std::unique_ptr<const ConvEngine> make_depthwise_conv(const ConvShape& shape) {
  if (shape.groups != shape.in_c) return nullptr;
  return std::make_unique<DepthwiseConv>(shape);
}

}  // namespace convoy::kernels
