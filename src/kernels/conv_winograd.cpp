#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/conv.h"
#include "kernels/conv_tiles.h"
#include "kernels/isa.h"
#include "kernels/winograd.h"

namespace convoy::kernels {
namespace {

constexpr int numbers = 16;           ///< of a transformed tile
constexpr int l1_floats = 24576 / 4;  ///< that the transformed tiles may take of an L1 cache of 32 KB
/// Tiles that backward_kernel multiplies at a time: as many as the L2 cache holds beside the sums.
constexpr int strip_tiles = 36;

/// Half of an extent, rounded up: the tiles of two pixels that cover it.
int half_up(int extent) { return (extent + 1) / 2; }

/// The distance of the 16 planes of so many floats each; a multiple of 4096 bytes would put them all in the same sets
/// of the L1 cache.
std::ptrdiff_t plane_of(std::ptrdiff_t floats) {
  const auto plane = static_cast<std::ptrdiff_t>(round_to_line(static_cast<std::size_t>(floats)));
  return plane % 1024 == 0 ? plane + 16 : plane;
}

/// An image that is read, height x width x channels.
struct Image {
  const float* data;
  int height, width, channels;
  const float* row(int y) const { return data + std::ptrdiff_t{y} * width * channels; }
};

/// One row of tiles on an image, 2 pixels apart and `size` high and wide, beginning at (top, left), which may lie
/// outside: there the image is 0.
class TileRow {
 public:
  /// The floats of scratch that a TileRow needs: zeros for a row of the image, and a tile.
  static std::size_t scratch_floats(int width, int channels) {
    return round_to_line(static_cast<std::size_t>((width + 16) * channels));
  }
  /// Sets the scratch to 0; to be called before the constructor takes it.
  static void clear(float* scratch, int width, int channels) {
    std::fill_n(scratch, scratch_floats(width, channels), 0.0F);
  }

  TileRow(const Image& image, int size, int top, int left, float* scratch)
      : image_(image), size_(size), left_(left), edge_(scratch + std::ptrdiff_t{image.width} * image.channels) {
    for (int r = 0; r < size; ++r) {
      const bool inside = top + r >= 0 && top + r < image.height;
      rows_[r] = inside ? image.row(top + r) : scratch;
    }
  }

  /// Calls transform(rows, first tile, tiles) for channels [c, c + count): once for the tiles inside of the image's
  /// width, and once for each tile that sticks out, on a copy in scratch.
  template <class Transform>
  void for_each_run(int tiles, int c, int count, const Transform& transform) const {
    const int first = std::clamp(half_up(-left_), 0, tiles);
    const int room = image_.width - size_ - left_;
    const int end = std::clamp(room < 0 ? 0 : room / 2 + 1, first, std::max(first, tiles));
    for (int t = 0; t < first; ++t) transform_edge(t, c, count, transform);
    if (first < end) {
      const float* rows[4];
      for (int r = 0; r < size_; ++r) rows[r] = rows_[r] + std::ptrdiff_t{left_ + 2 * first} * image_.channels + c;
      transform(rows, first, end - first);
    }
    for (int t = end; t < tiles; ++t) transform_edge(t, c, count, transform);
  }

 private:
  /// Copies one tile to scratch, with 0 outside of the image, and calls transform for it.
  template <class Transform>
  void transform_edge(int tile, int c, int count, const Transform& transform) const {
    const float* rows[4];
    for (int r = 0; r < size_; ++r) {
      float* to = edge_ + std::ptrdiff_t{r} * size_ * image_.channels;
      for (int i = 0; i < size_; ++i) {
        const int x = left_ + 2 * tile + i;
        float* pixel = to + std::ptrdiff_t{i} * image_.channels;
        if (x >= 0 && x < image_.width) {
          std::copy_n(rows_[r] + std::ptrdiff_t{x} * image_.channels + c, count, pixel);
        } else {
          std::fill_n(pixel, count, 0.0F);
        }
      }
      rows[r] = to;
    }
    transform(rows, tile, 1);
  }

  const Image& image_;
  int size_;
  int left_;
  float* edge_;
  const float* rows_[4] = {};
};

/// 3x3 convolution without stride by F(2x2, 3x3): transformed, it is 16 matrix products
///
///     M_i (tiles x out_c)  =  V_i (tiles x in_c)  U_i (in_c x out_c)
///
/// with 4/9 of the multiplications. With W the transformed d_y, d_x follows from W_i U_i^T, whose tiles overlap, and
/// d_kernel from the sums of V_i^T W_i over the tiles.
class WinogradConv final : public ConvEngine {
 public:
  explicit WinogradConv(const ConvShape& shape)
      : ConvEngine(shape), tiles_(for_this_cpu<ConvTiles>()), transforms_(for_this_cpu<WinogradKernels>()) {
    strip_rows_ = std::clamp(strip_tiles / half_up(s_.out_w), 1, half_up(s_.out_h));
  }

  std::size_t scratch_floats() const override {
    const Strip strip = strip_of(strip_rows_);
    const std::ptrdiff_t plane =
        std::max({block_floats(s_.in_c), block_floats(s_.out_c), strip.v_plane + panels(s_.out_c) * strip.w_plane});
    return edge_floats() + static_cast<std::size_t>(numbers * plane);
  }
  std::size_t forward_weights_floats() const override { return weights_floats(s_.in_c, s_.out_c); }
  std::size_t backward_weights_floats() const override { return weights_floats(s_.out_c, s_.in_c); }

  // The order is panels x 16 x in_c x panel.
  void pack_forward(float* weights, const float* kernel) const override {
    const std::ptrdiff_t plane = std::ptrdiff_t{s_.in_c} * tiles_.panel;
    const std::ptrdiff_t tap = std::ptrdiff_t{s_.in_c} * s_.out_c;
    std::fill_n(weights, forward_weights_floats(), 0.0F);
    for (int c = 0; c < s_.out_c; c += tiles_.panel, weights += numbers * plane) {
      for (int i = 0; i < s_.in_c; ++i) {
        transforms_.kernel(weights + std::ptrdiff_t{i} * tiles_.panel, plane, kernel + std::ptrdiff_t{i} * s_.out_c + c,
                           tap, std::min(tiles_.panel, s_.out_c - c));
      }
    }
  }

  // The order is panels x 16 x out_c x panel.
  void pack_backward(float* weights, const float* kernel) const override {
    constexpr int chunk = 32;
    const std::ptrdiff_t plane = std::ptrdiff_t{s_.out_c} * tiles_.panel;
    const std::ptrdiff_t tap = std::ptrdiff_t{s_.in_c} * s_.out_c;
    std::fill_n(weights, backward_weights_floats(), 0.0F);
    for (int i = 0; i < s_.in_c; ++i) {
      float* column = weights + std::ptrdiff_t{i / tiles_.panel} * numbers * plane + i % tiles_.panel;
      for (int o = 0; o < s_.out_c; o += chunk) {
        float transformed[numbers * chunk];
        const int count = std::min(chunk, s_.out_c - o);
        transforms_.kernel(transformed, chunk, kernel + std::ptrdiff_t{i} * s_.out_c + o, tap, count);
        for (int n = 0; n < numbers; ++n) {
          float* to = column + n * plane + std::ptrdiff_t{o} * tiles_.panel;
          for (int k = 0; k < count; ++k) to[std::ptrdiff_t{k} * tiles_.panel] = transformed[n * chunk + k];
        }
      }
    }
  }

  bool divisible() const override { return true; }

  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange rows) const override {
    const Image image{x, s_.in_h, s_.in_w, s_.in_c};
    TileRow::clear(scratch, s_.in_w, s_.in_c);
    const auto transform = [&](const TileRun& run, float* v, std::ptrdiff_t plane) {
      const TileRow row(image, 4, 2 * run.row - s_.pad_h, 2 * run.first - s_.pad_w, scratch);
      transform_input_row(row, v, plane, run.count, s_.in_c);
    };
    const auto finish = [&](const TileRun& run, int c, const float* m, std::ptrdiff_t plane) {
      transform_output_row(y, run, c, m, plane, bias, rows);
    };
    multiply_tiles({rows.first / 2, half_up(rows.end)}, s_.in_c, s_.out_c, weights, scratch, transform, finish);
  }

  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    const Image image{d_y, s_.out_h, s_.out_w, s_.out_c};
    TileRow::clear(scratch, s_.out_w, s_.out_c);
    std::fill_n(d_x, s_.in_floats(), 0.0F);
    const auto transform = [&](const TileRun& run, float* w, std::ptrdiff_t plane) {
      const TileRow row(image, 2, 2 * run.row, 2 * run.first, scratch);
      row.for_each_run(run.count, 0, s_.out_c, [&](const float* const* rows, int first, int count) {
        transforms_.gradient(w + std::ptrdiff_t{first} * s_.out_c, plane, s_.out_c, rows, s_.out_c, count, s_.out_c);
      });
    };
    const auto finish = [&](const TileRun& run, int c, const float* m, std::ptrdiff_t plane) {
      add_input_gradient(d_x, run, c, m, plane);
    };
    multiply_tiles({0, half_up(s_.out_h)}, s_.out_c, s_.in_c, weights, scratch, transform, finish);
  }

  int sum_planes() const override { return numbers; }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    float* v = scratch + edge_floats();
    const int tile_rows = half_up(s_.out_h);
    for (int first = 0; first < tile_rows; first += strip_rows_) {
      const Strip strip = strip_of(std::min(strip_rows_, tile_rows - first));
      float* w = v + numbers * strip.v_plane;
      transform_inputs(v, x, strip, first, scratch);
      transform_gradients(w, d_y, strip, first, scratch);
      multiply(sums, v, w, strip);
    }
  }

  void add_kernel_gradient(float* d_kernel, const float* sums, std::ptrdiff_t begin,
                           std::ptrdiff_t end) const override {
    const std::ptrdiff_t tap = std::ptrdiff_t{s_.in_c} * s_.out_c;
    transforms_.kernel_gradient(d_kernel + begin, tap, sums + begin, tap, static_cast<int>(end - begin));
  }

 private:
  /// Some rows of tiles, and how far apart their transformed planes are.
  struct Strip {
    int rows, tiles;
    std::ptrdiff_t v_plane;  ///< tiles x in_c
    std::ptrdiff_t w_plane;  ///< tiles x panel
  };
  /// The strip with so many rows of tiles.
  Strip strip_of(int rows) const {
    const int tiles = rows * half_up(s_.out_w);
    return {rows, tiles, plane_of(std::ptrdiff_t{tiles} * s_.in_c), plane_of(std::ptrdiff_t{tiles} * tiles_.panel)};
  }

  /// The floats at the beginning of scratch that a TileRow takes, on x or on d_y.
  std::size_t edge_floats() const {
    return std::max(TileRow::scratch_floats(s_.in_w, s_.in_c), TileRow::scratch_floats(s_.out_w, s_.out_c));
  }
  /// The number of panels that hold so many channels.
  int panels(int channels) const { return (channels + tiles_.panel - 1) / tiles_.panel; }
  /// The floats of a packed kernel: panels x 16 x depth x panel.
  std::size_t weights_floats(int depth, int channels) const {
    return static_cast<std::size_t>(numbers * panels(channels) * tiles_.panel) * static_cast<std::size_t>(depth);
  }
  /// A sixteenth of the floats of scratch that multiply_tiles needs behind edge_floats().
  std::ptrdiff_t block_floats(int depth) const {
    const std::ptrdiff_t tiles = block_tiles(depth);
    return plane_of(tiles * depth) + plane_of(tiles * tiles_.panel);
  }

  /// The number of tiles that multiply_tiles handles at a time: transformed, they stay in the L1 cache, and they fill
  /// whole register tiles.
  int block_tiles(int depth) const {
    const int fitting = l1_floats / (numbers * depth);
    return std::max(fitting / tiles_.rows * tiles_.rows, tiles_.rows);
  }

  /// Neighbouring tiles in one row of tiles.
  struct TileRun {
    int row, first, count;
  };

  /// Divides tiles [begin, begin + count) of an image with `width` tiles in a row into runs of neighbours: calls
  /// visit(run, offset) for each, which begins at tile `begin + offset`.
  template <class Visit>
  static void for_each_tile_run(int begin, int count, int width, const Visit& visit) {
    for (int offset = 0; offset < count;) {
      const int first = (begin + offset) % width;
      const TileRun run{(begin + offset) / width, first, std::min(width - first, count - offset)};
      visit(run, offset);
      offset += run.count;
    }
  }

  /// Computes M = V U for these rows of tiles, in scratch: transform(run, v, plane) must assign a run's V, `depth`
  /// channels, and finish(run, c, m, plane) takes the run's panel of M that begins at channel c of `channels`.
  template <class Transform, class Finish>
  void multiply_tiles(RowRange rows, int depth, int channels, const float* weights, float* scratch,
                      const Transform& transform, const Finish& finish) const {
    const int width = half_up(s_.out_w);
    const int end = rows.end * width;
    const int block = block_tiles(depth);
    const std::ptrdiff_t v_plane = plane_of(std::ptrdiff_t{block} * depth);
    const std::ptrdiff_t m_plane = plane_of(std::ptrdiff_t{block} * tiles_.panel);
    float* v = scratch + edge_floats();
    float* m = v + numbers * v_plane;
    for (int begin = rows.first * width; begin < end; begin += block) {
      const int tiles = std::min(block, end - begin);
      for_each_tile_run(begin, tiles, width, [&](const TileRun& run, int offset) {
        transform(run, v + std::ptrdiff_t{offset} * depth, v_plane);
      });
      const float* u = weights;
      for (int c = 0; c < channels; c += tiles_.panel) {
        for (int n = 0; n < numbers; ++n, u += std::ptrdiff_t{depth} * tiles_.panel) {
          multiply_block(m + n * m_plane, v + n * v_plane, u, tiles, depth);
        }
        for_each_tile_run(begin, tiles, width, [&](const TileRun& run, int offset) {
          finish(run, c, m + std::ptrdiff_t{offset} * tiles_.panel, m_plane);
        });
      }
    }
  }

  /// Assigns V of the first `tiles` tiles of a row.
  void transform_input_row(const TileRow& row, float* v, std::ptrdiff_t plane, int tiles, int channels) const {
    row.for_each_run(tiles, 0, channels, [&](const float* const* rows, int first, int count) {
      transforms_.input(v + std::ptrdiff_t{first} * channels, plane, channels, rows, channels, count, channels);
    });
  }

  /// Assigns m (tiles x panel) = v (tiles x depth) u (depth x panel).
  void multiply_block(float* m, const float* v, const float* u, int tiles, int depth) const {
    tiles_.output_row({.out = m,
                       .out_step = tiles_.panel,
                       .x = v,
                       .x_step = depth,
                       .x_row = 0,
                       .weights = u,
                       .weights_step = tiles_.panel,
                       .bias = nullptr,
                       .pixels = tiles,
                       .columns = tiles_.panel,
                       .rows = 1,
                       .run = depth});
  }

  /// Assigns the pixels of a run's tiles that lie in the wanted rows of y, for a panel of channels from c on, from M.
  void transform_output_row(float* y, const TileRun& run, int c, const float* m, std::ptrdiff_t plane,
                            const float* bias, RowRange wanted) const {
    float* rows[2];
    for (int r = 0; r < 2; ++r) {
      const int at = 2 * run.row + r;
      const bool inside = at >= wanted.first && at < wanted.end;
      rows[r] = inside ? y + (std::ptrdiff_t{at} * s_.out_w + std::ptrdiff_t{2} * run.first) * s_.out_c + c : nullptr;
    }
    transforms_.output(rows, s_.out_c, m, plane, tiles_.panel, bias == nullptr ? nullptr : bias + c,
                       std::min(2 * run.count, s_.out_w - 2 * run.first), std::min(tiles_.panel, s_.out_c - c));
  }

  /// Adds the patches of a run's tiles to d_x, for a panel of channels from c on, from their products m.
  void add_input_gradient(float* d_x, const TileRun& run, int c, const float* m, std::ptrdiff_t plane) const {
    float* rows[4];
    for (int r = 0; r < 4; ++r) {
      const int at = 2 * run.row + r - s_.pad_h;
      rows[r] = at >= 0 && at < s_.in_h ? d_x + std::ptrdiff_t{at} * s_.in_w * s_.in_c + c : nullptr;
    }
    transforms_.input_gradient(rows, s_.in_c, s_.in_w, 2 * run.first - s_.pad_w, m, plane, tiles_.panel, run.count,
                               std::min(tiles_.panel, s_.in_c - c));
  }

  /// Assigns V of a strip whose first row of tiles is first_row.
  void transform_inputs(float* v, const float* x, const Strip& strip, int first_row, float* scratch) const {
    const Image image{x, s_.in_h, s_.in_w, s_.in_c};
    const int tiles = half_up(s_.out_w);
    TileRow::clear(scratch, s_.in_w, s_.in_c);
    for (int r = 0; r < strip.rows; ++r, v += std::ptrdiff_t{tiles} * s_.in_c) {
      const TileRow row(image, 4, 2 * (first_row + r) - s_.pad_h, -s_.pad_w, scratch);
      transform_input_row(row, v, strip.v_plane, tiles, s_.in_c);
    }
  }

  /// Assigns W of a strip whose first row of tiles is first_row, as panels x 16 x tiles x panel.
  void transform_gradients(float* w, const float* d_y, const Strip& strip, int first_row, float* scratch) const {
    const Image image{d_y, s_.out_h, s_.out_w, s_.out_c};
    const int tiles = half_up(s_.out_w);
    TileRow::clear(scratch, s_.out_w, s_.out_c);
    for (int c = 0; c < s_.out_c; c += tiles_.panel, w += numbers * strip.w_plane) {
      const int columns = std::min(tiles_.panel, s_.out_c - c);
      if (columns < tiles_.panel) std::fill_n(w, numbers * strip.w_plane, 0.0F);
      for (int r = 0; r < strip.rows; ++r) {
        float* to = w + std::ptrdiff_t{r} * tiles * tiles_.panel;
        const TileRow row(image, 2, 2 * (first_row + r), 0, scratch);
        row.for_each_run(tiles, c, columns, [&](const float* const* rows, int first, int count) {
          transforms_.gradient(to + std::ptrdiff_t{first} * tiles_.panel, strip.w_plane, tiles_.panel, rows, s_.out_c,
                               count, columns);
        });
      }
    }
  }

  /// Adds V^T W of a strip to sums.
  void multiply(float* sums, const float* v, const float* w, const Strip& strip) const {
    for (int c = 0; c < s_.out_c; c += tiles_.panel) {
      for (int n = 0; n < numbers; ++n, w += strip.w_plane) {
        tiles_.kernel_row({.d_kernel = sums + std::ptrdiff_t{n} * s_.in_c * s_.out_c + c,
                           .out_c = s_.out_c,
                           .x = v + n * strip.v_plane,
                           .x_step = s_.in_c,
                           .x_row = 0,
                           .d_y = w,
                           .d_y_step = tiles_.panel,
                           .taps = s_.in_c,
                           .columns = std::min(tiles_.panel, s_.out_c - c),
                           .rows = 1,
                           .pixels = strip.tiles});
      }
    }
  }

  const ConvTiles& tiles_;
  const WinogradKernels& transforms_;
  int strip_rows_ = 1;
};

}  // namespace

std::unique_ptr<const ConvEngine> make_winograd_conv(const ConvShape& shape) {
  constexpr int most = 2;  // zeros at a side
  const auto fits = [](int in, int out, int pad) { return pad <= most && out + most - in - pad <= most; };
  const bool applies = fits(shape.in_h, shape.out_h, shape.pad_h) && fits(shape.in_w, shape.out_w, shape.pad_w) &&
                       shape.kernel_h == 3 && shape.kernel_w == 3 && shape.stride_h == 1 && shape.stride_w == 1 &&
                       shape.dilation_h == 1 && shape.dilation_w == 1;
  return applies ? std::make_unique<WinogradConv>(shape) : nullptr;
}

}  // namespace convoy::kernels
