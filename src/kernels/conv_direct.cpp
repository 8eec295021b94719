#include <algorithm>
#include <optional>
#include <utility>

#include "core/aligned_buffer.h"
#include "kernels/conv.h"
#include "kernels/conv_narrow.h"
#include "kernels/conv_tiles.h"
#include "kernels/isa.h"

namespace convoy::kernels {
namespace {

/// One axis of a correlation: output first_out + n * out_step, n < count, sums inputs first_in + n * in_step + t over
/// the taps t. Some of these inputs may lie outside the image.
struct Axis {
  int first_out, out_step, count;
  int first_in, in_step, taps;

  int first_input() const { return first_in; }
  int end_input() const { return first_in + (count - 1) * in_step + taps; }
};

/// The axis of forward.
Axis forward_axis(int out, int kernel, int stride, int pad) { return {0, 1, out, -pad, stride, kernel}; }

/// The axis of backward_data for one phase: the inputs i with (i + pad) % stride == phase. As i = stride * o + k - pad,
/// they meet the same taps k, at outputs o that are neighbours: a correlation without stride. Its taps run from the
/// last k to the first.
Axis backward_axis(int phase, int in, int kernel, int stride, int pad) {
  const int first = ((phase - pad) % stride + stride) % stride;
  const int taps = phase < kernel ? (kernel - phase - 1) / stride + 1 : 0;
  const int count = first < in ? (in - first - 1) / stride + 1 : 0;
  return {first, stride, count, (first + pad) / stride - (taps - 1), 1, taps};
}

/// The tap k of the kernel that is tap t of a backward_axis.
int backward_tap(const Axis& axis, int phase, int stride, int t) { return phase + stride * (axis.taps - 1 - t); }

/// An image with zero columns to the left and right, so that no tap falls outside of a row.
struct Columns {
  int height, width, channels, left = 0, right = 0;

  /// Widens `left` and `right` so that all taps of the axis fall on a column.
  void cover(const Axis& axis) {
    if (axis.count == 0 || axis.taps == 0) return;
    left = std::max(left, -axis.first_input());
    right = std::max(right, axis.end_input() - width);
  }
  std::ptrdiff_t row_floats() const { return std::ptrdiff_t{left + width + right} * channels; }
  /// The floats of scratch that pad() may write: 0 where it needs no zeros.
  std::size_t floats() const { return left + right == 0 ? 0 : static_cast<std::size_t>(height * row_floats()); }

  RowRange all_rows() const { return {0, height}; }

  /// The image itself if it needs no zeros; else scratch, to which it copies these rows with their zeros.
  const float* pad(float* scratch, const float* image, RowRange rows) const {
    if (left + right == 0) return image;
    const std::ptrdiff_t run = std::ptrdiff_t{width} * channels;
    float* to = scratch + rows.first * row_floats();
    image += rows.first * run;
    for (int y = rows.first; y < rows.end; ++y, image += run) {
      to = std::fill_n(to, left * channels, 0.0F);
      to = std::copy_n(image, run, to);
      to = std::fill_n(to, right * channels, 0.0F);
    }
    return scratch;
  }
};

/// Convolution as an implicit matrix product: since the numbers under one kernel row are contiguous in NHWC, the tiles
/// read the image as it is. The weights are packed into panels of output channels, each rows x columns x in_c x panel.
/// d_x is the same correlation of d_y by the flipped and transposed kernel (for images of very few channels see
/// conv_narrow.h), and d_kernel has (kx, in_c) for rows and pixels for depth.
class DirectConv final : public ConvEngine {
 public:
  explicit DirectConv(const ConvShape& shape)
      : ConvEngine(shape),
        tiles_(for_this_cpu<ConvTiles>()),
        padded_x_{s_.in_h, s_.in_w, s_.in_c},
        padded_d_y_{s_.out_h, s_.out_w, s_.out_c} {
    padded_x_.cover(forward_axis(s_.out_w, s_.kernel_w, s_.stride_w, s_.pad_w));
    for (int phase = 0; phase < s_.stride_w; ++phase) padded_d_y_.cover(backward_x(phase));
    band_rows_ = std::clamp(band_pixels / s_.out_w, 1, s_.out_h);
    if (s_.in_c <= few_channels) narrow_.emplace(s_);
  }

  std::size_t scratch_floats() const override {
    const std::size_t band = static_cast<std::size_t>(band_rows_) * static_cast<std::size_t>(s_.out_w) *
                             static_cast<std::size_t>(whole_panels(s_.out_c));
    return std::max(round_to_line(padded_x_.floats()) + band,
                    narrow_ ? narrow_->scratch_floats() : padded_d_y_.floats());
  }
  std::size_t forward_weights_floats() const override {
    return s_.kernel_floats() / static_cast<std::size_t>(s_.out_c) * static_cast<std::size_t>(whole_panels(s_.out_c));
  }
  std::size_t backward_weights_floats() const override {
    if (narrow_) return narrow_->weights_floats();
    return s_.kernel_floats() / static_cast<std::size_t>(s_.in_c) * static_cast<std::size_t>(whole_panels(s_.in_c));
  }

  void pack_forward(float* weights, const float* kernel) const override {
    const int depth = s_.kernel_h * s_.kernel_w * s_.in_c;
    for (int c = 0; c < s_.out_c; c += tiles_.panel) {
      const int columns = std::min(tiles_.panel, s_.out_c - c);
      for (int k = 0; k < depth; ++k) {
        float* rest = std::copy_n(kernel + std::ptrdiff_t{k} * s_.out_c + c, columns, weights);
        weights = std::fill_n(rest, tiles_.panel - columns, 0.0F);
      }
    }
  }

  void pack_backward(float* weights, const float* kernel) const override {
    if (narrow_) {
      narrow_->pack(weights, kernel);
      return;
    }
    for_each_phase([&](const Axis& y, const Axis& x, int phase_y, int phase_x) {
      for (int c = 0; c < s_.in_c; c += tiles_.panel) {
        for (int ty = 0; ty < y.taps; ++ty) {
          for (int tx = 0; tx < x.taps; ++tx) {
            const int ky = backward_tap(y, phase_y, s_.stride_h, ty);
            const int kx = backward_tap(x, phase_x, s_.stride_w, tx);
            const float* tap = kernel + (std::ptrdiff_t{ky} * s_.kernel_w + kx) * s_.in_c * s_.out_c;
            weights = transpose_panel(weights, tap, c);
          }
        }
      }
    });
  }

  int band_rows() const override { return 1; }

  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange range) const override {
    if (range.first == range.end) return;
    const Axis rows{range.first, 1,          range.end - range.first, range.first * s_.stride_h - s_.pad_h,
                    s_.stride_h, s_.kernel_h};
    const Axis columns = forward_axis(s_.out_w, s_.kernel_w, s_.stride_w, s_.pad_w);
    const RowRange seen = {std::clamp(rows.first_input(), 0, s_.in_h), std::clamp(rows.end_input(), 0, s_.in_h)};
    correlate(y, s_.out_w, s_.out_c, padded_x_, padded_x_.pad(scratch, x, seen), rows, columns, weights, bias);
  }

  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    if (narrow_) {
      narrow_->compute(d_x, d_y, weights, scratch);
      return;
    }
    const float* padded = padded_d_y_.pad(scratch, d_y, padded_d_y_.all_rows());
    for_each_phase([&](const Axis& y, const Axis& x, int, int) {
      correlate(d_x, s_.in_w, s_.in_c, padded_d_y_, padded, y, x, weights, nullptr);
      weights += std::ptrdiff_t{y.taps} * x.taps * s_.out_c * whole_panels(s_.in_c);
    });
  }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    const float* padded = padded_x_.pad(scratch, x, padded_x_.all_rows());
    float* band = scratch + round_to_line(padded_x_.floats());
    for (int first = 0; first < s_.out_h; first += band_rows_) {
      const RowRange rows{first, std::min(first + band_rows_, s_.out_h)};
      const bool packed = !reads_in_place();
      if (packed) pack_pixels(band, d_y, rows);
      for (int c = 0; c < s_.out_c; c += tiles_.panel) {
        const std::ptrdiff_t pixel = std::ptrdiff_t{first} * s_.out_w;
        const Gradients gradients =
            packed ? Gradients{band + std::ptrdiff_t{c} * (rows.end - first) * s_.out_w, tiles_.panel, rows}
                   : Gradients{d_y + pixel * s_.out_c + c, s_.out_c, rows};
        for (int ky = 0; ky < s_.kernel_h; ++ky) add_kernel_row(sums, gradients, padded, c, ky);
      }
    }
  }

 private:
  /// Pixels that backward_kernel handles at a time, so that a panel of d_y and the rows of x it meets stay in L1.
  static constexpr int band_pixels = 144;
  /// The most channels of an image that has its gradient from narrow_: an eighth of the widest panel. The same for
  /// every CPU, since the order of additions is another there.
  static constexpr int few_channels = 4;

  /// The channels rounded up to whole panels.
  int whole_panels(int channels) const { return (channels + tiles_.panel - 1) / tiles_.panel * tiles_.panel; }

  /// The rows and the columns of d_x of one phase.
  Axis backward_y(int phase) const { return backward_axis(phase, s_.in_h, s_.kernel_h, s_.stride_h, s_.pad_h); }
  Axis backward_x(int phase) const { return backward_axis(phase, s_.in_w, s_.kernel_w, s_.stride_w, s_.pad_w); }

  /// Calls function(rows' axis, columns' axis, phase_y, phase_x) for all phases of backward_data.
  template <class Function>
  void for_each_phase(const Function& function) const {
    for (int phase_y = 0; phase_y < s_.stride_h; ++phase_y) {
      for (int phase_x = 0; phase_x < s_.stride_w; ++phase_x) {
        function(backward_y(phase_y), backward_x(phase_x), phase_y, phase_x);
      }
    }
  }

  /// Writes input channels [c, c + panel) of one tap, in_c x out_c, as out_c x panel; returns the end.
  float* transpose_panel(float* to, const float* tap, int c) const {
    const int columns = std::min(tiles_.panel, s_.in_c - c);
    for (int o = 0; o < s_.out_c; ++o) {
      for (int i = 0; i < columns; ++i) to[i] = tap[std::ptrdiff_t{c + i} * s_.out_c + o];
      to = std::fill_n(to + columns, tiles_.panel - columns, 0.0F);
    }
    return to;
  }

  /// Assigns the pixels of `out` that the axes `rows` and `columns` name, from an image whose rows are padded; bias may
  /// be null.
  void correlate(float* out, int out_w, int out_c, const Columns& in, const float* image, const Axis& rows,
                 const Axis& columns, const float* weights, const float* bias) const {
    const int run = columns.taps * in.channels;
    const std::ptrdiff_t weights_row = std::ptrdiff_t{run} * tiles_.panel;
    if (columns.count == 0) return;
    for (int c = 0; c < out_c; c += tiles_.panel, weights += rows.taps * weights_row) {
      for (int n = 0; n < rows.count; ++n) {
        const int iy = rows.first_in + n * rows.in_step;
        const int first = std::clamp(-iy, 0, rows.taps);
        const int end = std::clamp(in.height - iy, first, rows.taps);
        const std::ptrdiff_t oy = rows.first_out + n * rows.out_step;
        tiles_.output_row(
            {.out = out + (oy * out_w + columns.first_out) * out_c + c,
             .out_step = std::ptrdiff_t{columns.out_step} * out_c,
             .x = image + (iy + first) * in.row_floats() + std::ptrdiff_t{in.left + columns.first_in} * in.channels,
             .x_step = std::ptrdiff_t{columns.in_step} * in.channels,
             .x_row = in.row_floats(),
             .weights = weights + first * weights_row,
             .weights_step = tiles_.panel,
             .bias = bias == nullptr ? nullptr : bias + c,
             .pixels = columns.count,
             .columns = std::min(tiles_.panel, out_c - c),
             .rows = end - first,
             .run = run});
      }
    }
  }

  /// A panel of d_y for some of its rows, `step` floats from pixel to pixel.
  struct Gradients {
    const float* data;
    std::ptrdiff_t step;
    RowRange rows;
  };

  /// Whether backward_kernel reads d_y without packing it: if a panel is all of a pixel, or is read only once for each
  /// row of the kernel.
  bool reads_in_place() const {
    return s_.out_c == tiles_.panel || (s_.out_c % tiles_.panel == 0 && s_.kernel_w * s_.in_c <= tiles_.rows);
  }

  /// Copies rows of d_y into panels: (out_c / panel) x rows x out_w x panel.
  void pack_pixels(float* to, const float* d_y, RowRange rows) const {
    const std::ptrdiff_t pixels = std::ptrdiff_t{rows.end - rows.first} * s_.out_w;
    d_y += std::ptrdiff_t{rows.first} * s_.out_w * s_.out_c;
    for (int c = 0; c < s_.out_c; c += tiles_.panel) {
      const int columns = std::min(tiles_.panel, s_.out_c - c);
      for (std::ptrdiff_t p = 0; p < pixels; ++p) {
        to = std::copy_n(d_y + p * s_.out_c + c, columns, to);
        to = std::fill_n(to, tiles_.panel - columns, 0.0F);
      }
    }
  }

  /// Adds what these rows of d_y give to the gradient of kernel row ky, for the panel at channel c, to `sums`.
  void add_kernel_row(float* sums, const Gradients& d_y, const float* x, int c, int ky) const {
    const auto [valid, valid_end] = rows_meeting(ky);
    const int from = std::max(d_y.rows.first, valid);
    const int to = std::min(d_y.rows.end, valid_end);
    if (from >= to) return;
    const int taps = s_.kernel_w * s_.in_c;
    const std::ptrdiff_t row = padded_x_.row_floats();
    const std::ptrdiff_t iy = std::ptrdiff_t{from} * s_.stride_h + ky - s_.pad_h;
    tiles_.kernel_row({.d_kernel = sums + std::ptrdiff_t{ky} * taps * s_.out_c + c,
                       .out_c = s_.out_c,
                       .x = x + iy * row,
                       .x_step = std::ptrdiff_t{s_.stride_w} * s_.in_c,
                       .x_row = s_.stride_h * row,
                       .d_y = d_y.data + std::ptrdiff_t{from - d_y.rows.first} * s_.out_w * d_y.step,
                       .d_y_step = d_y.step,
                       .taps = taps,
                       .columns = std::min(tiles_.panel, s_.out_c - c),
                       .rows = to - from,
                       .pixels = s_.out_w});
  }

  /// The output rows for which kernel row ky lies on the image: [first, second).
  std::pair<int, int> rows_meeting(int ky) const {
    const int offset = ky - s_.pad_h;
    const int first = offset >= 0 ? 0 : (-offset - 1) / s_.stride_h + 1;
    const int end = offset >= s_.in_h ? 0 : (s_.in_h - offset - 1) / s_.stride_h + 1;
    return {first, std::min(end, s_.out_h)};
  }

  const ConvTiles& tiles_;
  Columns padded_x_;
  Columns padded_d_y_;
  int band_rows_ = 1;
  std::optional<NarrowInputGradient> narrow_;  ///< where the image has very few channels
};

}  // namespace

std::unique_ptr<const ConvEngine> make_direct_conv(const ConvShape& shape) {
  if (shape.dilation_h != 1 || shape.dilation_w != 1) return nullptr;
  return std::make_unique<DirectConv>(shape);
}

}  // namespace convoy::kernels
