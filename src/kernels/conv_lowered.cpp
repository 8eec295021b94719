#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/matmul.h"

namespace convoy::kernels {
namespace {

/// The most floats of a lowered panel: they leave room for the other operands in an L2 cache of 512 KB.
constexpr std::size_t panel_limit = 65536;
/// The fewest floats for which a call of memcpy is faster than a plain loop.
constexpr int short_run = 16;

/// Copies `from` to `to`.
void copy(float* to, const float* from, int count) {
  if (count >= short_run) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
  } else {
    for (int i = 0; i < count; ++i) to[i] = from[i];
  }
}

/// Adds `from` to `to`.
void add(float* to, const float* from, int count) {
  for (int i = 0; i < count; ++i) to[i] += from[i];
}

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Convolution as matrix products on a lowered image, as in Anderson et al., "Low-memory GEMM-based convolution
/// algorithms for deep neural networks" (2017). Patches are lowered along x only:
///
///     L[row][ox] = the kernel_w x in_c numbers of that image row under output column ox
///
/// so that the output rows under kernel row ky are one product, y += L_ky K_ky, with
///
///     L_ky: (rows * out_w) x (kernel_w * in_c)   the lowered rows that ky meets, which follow each other
///     K_ky: (kernel_w * in_c) x out_c            a slice of the kernel as it is
///
/// d_kernel_ky += L_ky^T d_y and d_L_ky += d_y K_ky^T are products of the same matrices; folding d_L along x gives d_x.
/// The lowering holds one band of output rows at a time. Measured: whole patches (im2col) are slower, even for images
/// of one channel.
class LoweredConv final : public ConvEngine {
 public:
  /// Multiplies matrices by `multiply`: gemm or matmul.
  LoweredConv(const ConvShape& shape, decltype(&gemm) multiply)
      : ConvEngine(shape), multiply_(multiply), depth_(shape.kernel_w * shape.in_c) {
    int rows = s_.out_h;
    while (rows > 1 && panel_floats(rows) > panel_limit) --rows;
    const int bands = ceil_div(s_.out_h, rows);
    band_rows_ = ceil_div(s_.out_h, bands);
  }

  std::size_t scratch_floats() const override { return panel_floats(band_rows_); }

  void forward(float* y, const float* x, const float* kernel, const float* bias, float* panel,
               RowRange) const override {
    fill_with_bias(y, bias);
    for_each_band([&](const Band& band) {
      lower(panel, x, band);
      for_each_product(band, [&](const Product& p) {
        multiply_(Transpose::no, Transpose::no, p.pixels, s_.out_c, depth_, panel + p.panel, depth_, kernel + p.kernel,
                  s_.out_c, true, y + p.output, s_.out_c);
      });
    });
  }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* panel) const override {
    for_each_band([&](const Band& band) {
      lower(panel, x, band);
      for_each_product(band, [&](const Product& p) {
        multiply_(Transpose::yes, Transpose::no, depth_, s_.out_c, p.pixels, panel + p.panel, depth_, d_y + p.output,
                  s_.out_c, true, sums + p.kernel, s_.out_c);
      });
    });
  }

  void backward_data(float* d_x, const float* d_y, const float* kernel, float* panel) const override {
    std::fill_n(d_x, s_.in_floats(), 0.0F);
    for_each_band([&](const Band& band) {
      std::fill_n(panel, panel_floats(band.rows), 0.0F);
      for_each_product(band, [&](const Product& p) {
        multiply_(Transpose::no, Transpose::yes, p.pixels, depth_, s_.out_c, d_y + p.output, s_.out_c,
                  kernel + p.kernel, s_.out_c, true, panel + p.panel, depth_);
      });
      fold(d_x, panel, band);
    });
  }

 private:
  /// Output rows [first, first + rows) and the image rows [top, top + height) that they see.
  struct Band {
    int first, rows, top, height;
  };

  /// One matrix product: offsets into the panel, the kernel and the output.
  struct Product {
    int pixels;
    std::ptrdiff_t panel, kernel, output;
  };

  /// Sets every pixel of y to the bias, or to 0 where that is null.
  void fill_with_bias(float* y, const float* bias) const {
    if (bias == nullptr) {
      std::fill_n(y, s_.out_floats(), 0.0F);
      return;
    }
    const float* end = y + s_.out_floats();
    for (; y != end; y += s_.out_c) copy(y, bias, s_.out_c);
  }

  /// The image rows, inside or outside of the image, under so many output rows.
  int rows_seen(int rows) const { return (rows - 1) * s_.stride_h + (s_.kernel_h - 1) * s_.dilation_h + 1; }

  /// The floats of the panel for a band of so many output rows.
  std::size_t panel_floats(int rows) const {
    return static_cast<std::size_t>(std::min(rows_seen(rows), s_.in_h)) * static_cast<std::size_t>(s_.out_w) *
           static_cast<std::size_t>(depth_);
  }

  /// Calls function(band) for all bands, from top to bottom.
  template <class Function>
  void for_each_band(const Function& function) const {
    for (int first = 0; first < s_.out_h; first += band_rows_) {
      const int rows = std::min(band_rows_, s_.out_h - first);
      const int top = first * s_.stride_h - s_.pad_h;
      const int bottom = top + rows_seen(rows);
      const int clipped = std::max(top, 0);
      function(Band{first, rows, clipped, std::max(std::min(bottom, s_.in_h) - clipped, 0)});
    }
  }

  /// Where image row iy stands in the panel, in floats. Rows that are stride_h apart follow each other, so that the
  /// rows which successive output rows meet at one ky are contiguous.
  std::ptrdiff_t panel_row(const Band& band, int iy) const {
    const int turn = (iy - band.top) / s_.stride_h;
    const int phase = (iy - band.top) % s_.stride_h;
    const int before = phase * (band.height / s_.stride_h) + std::min(phase, band.height % s_.stride_h);
    return std::ptrdiff_t{before + turn} * s_.out_w * depth_;
  }

  /// The output rows [first, second) of the band for which kernel row ky lies on the image.
  std::pair<int, int> rows_of(const Band& band, int ky) const {
    const int offset = ky * s_.dilation_h - s_.pad_h;
    const int first = offset >= 0 ? 0 : ceil_div(-offset, s_.stride_h);
    const int end = offset >= s_.in_h ? 0 : ceil_div(s_.in_h - offset, s_.stride_h);
    return {std::max(first, band.first), std::min(end, band.first + band.rows)};
  }

  /// Calls function(product) for each kernel row that lies on the image somewhere in the band.
  template <class Function>
  void for_each_product(const Band& band, const Function& function) const {
    const std::ptrdiff_t output_row = std::ptrdiff_t{s_.out_w} * s_.out_c;
    for (int ky = 0; ky < s_.kernel_h; ++ky) {
      const auto [first, end] = rows_of(band, ky);
      if (first >= end) continue;
      const int iy = first * s_.stride_h + ky * s_.dilation_h - s_.pad_h;
      function(Product{(end - first) * s_.out_w, panel_row(band, iy), std::ptrdiff_t{ky} * depth_ * s_.out_c,
                       first * output_row});
    }
  }

  /// Calls function(offset into the patch, offset into the image row, count) for each contiguous run of the patch whose
  /// first tap is at column ix.
  template <class Function>
  void for_each_run(int ix, const Function& function) const {
    if (s_.dilation_w == 1) {
      const int first = std::clamp(-ix, 0, s_.kernel_w);
      const int end = std::clamp(s_.in_w - ix, first, s_.kernel_w);
      function(first * s_.in_c, (ix + first) * s_.in_c, (end - first) * s_.in_c);
      return;
    }
    for (int kx = 0; kx < s_.kernel_w; ++kx) {
      const int column = ix + kx * s_.dilation_w;
      if (column >= 0 && column < s_.in_w) function(kx * s_.in_c, column * s_.in_c, s_.in_c);
    }
  }

  /// Assigns the panel: the patches of the band's image rows, 0 outside of the image.
  void lower(float* panel, const float* x, const Band& band) const {
    const int extent = (s_.kernel_w - 1) * s_.dilation_w + 1;
    for (int iy = band.top; iy < band.top + band.height; ++iy) {
      const float* row = x + std::ptrdiff_t{iy} * s_.in_w * s_.in_c;
      float* patch = panel + panel_row(band, iy);
      int ix = -s_.pad_w;
      for (int ox = 0; ox < s_.out_w; ++ox, ix += s_.stride_w, patch += depth_) {
        if (ix < 0 || ix + extent > s_.in_w) std::fill_n(patch, depth_, 0.0F);
        for_each_run(ix, [&](int to, int from, int count) { copy(patch + to, row + from, count); });
      }
    }
  }

  /// Adds every number of the panel to the place in d_x that lower would read it from.
  void fold(float* d_x, const float* panel, const Band& band) const {
    for (int iy = band.top; iy < band.top + band.height; ++iy) {
      float* row = d_x + std::ptrdiff_t{iy} * s_.in_w * s_.in_c;
      const float* patch = panel + panel_row(band, iy);
      int ix = -s_.pad_w;
      for (int ox = 0; ox < s_.out_w; ++ox, ix += s_.stride_w, patch += depth_) {
        for_each_run(ix, [&](int from, int to, int count) { add(row + to, patch + from, count); });
      }
    }
  }

  decltype(&gemm) multiply_;
  int depth_;  ///< of the products: the numbers in a kernel row, kernel_w * in_c
  int band_rows_ = 1;
};

}  // namespace

std::unique_ptr<const ConvEngine> make_blas_conv(const ConvShape& shape) {
  return std::make_unique<LoweredConv>(shape, gemm);
}

std::unique_ptr<const ConvEngine> make_lowered_conv(const ConvShape& shape) {
  return std::make_unique<LoweredConv>(shape, matmul);
}

}  // namespace convoy::kernels
