#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/conv.h"
#include "kernels/conv_tiles.h"
#include "kernels/isa.h"
#include "kernels/winograd.h"

namespace convoy::kernels {
namespace {

constexpr int most_inputs = 6;  ///< on a side of a tile
constexpr int most_numbers = most_inputs * most_inputs;
/// Floats of transformed tiles that multiply_tiles handles at a time: a share of an L2 cache of 256 KB or more.
constexpr int block_budget = 24576;
/// Tiles that backward_kernel adds up at a time, and floats of them for the input channels and a panel: as many as the
/// L2 cache holds beside the sums. The same for every instruction set, since this orders the sums.
constexpr int most_strip_tiles = 36;
constexpr int strip_budget = 82944;
constexpr int widest_panel = 32;

/// How many parts of this size cover an extent.
int parts_of(int extent, int size) { return (extent + size - 1) / size; }

/// The distance of planes of so many floats each; a multiple of 4096 bytes would put them all in the same sets of the
/// L1 cache.
std::ptrdiff_t plane_of(std::ptrdiff_t floats) {
  const auto plane = static_cast<std::ptrdiff_t>(round_to_line(static_cast<std::size_t>(floats)));
  return plane % 1024 == 0 ? plane + 16 : plane;
}

/// The pixels of a square tile.
template <class Float>
struct TilePixels {
  Float* at[most_numbers];
};

/// An image, height x width x channels, of which some rows are read or written.
template <class Float>
struct TiledImage {
  Float* data;
  RowRange rows;
  int width, channels;
  Float* outside;  ///< stands for every pixel that is in no such row or column

  /// The pixels of a tile, size x size, that begins at (top, left), which may lie outside.
  TilePixels<Float> tile(int top, int left, int size) const {
    const bool inside = top >= rows.first && top + size <= rows.end && left >= 0 && left + size <= width;
    return inside ? pixels(top, left, size, [](int, int) { return true; }) : pixels(top, left, size, [&](int y, int x) {
      return y >= rows.first && y < rows.end && x >= 0 && x < width;
    });
  }

 private:
  /// The pixels of a tile; those for which exists(y, x) is false are `outside`.
  template <class Exists>
  TilePixels<Float> pixels(int top, int left, int size, const Exists& exists) const {
    TilePixels<Float> result;
    Float** at = result.at;
    for (int y = top; y < top + size; ++y) {
      std::ptrdiff_t offset = (std::ptrdiff_t{y} * width + left) * channels;
      for (int x = left; x < left + size; ++x, offset += channels) *at++ = exists(y, x) ? data + offset : outside;
    }
    return result;
  }
};

/// 3x3 convolution without stride by F(m x m, 3x3): transformed, it is n^2 = (m + 2)^2 matrix products
///
///     M_i (tiles x out_c)  =  V_i (tiles x in_c)  U_i (in_c x out_c)
///
/// with 4/9 of the multiplications for m = 2 and 1/4 for m = 4. With W the transformed d_y, d_x follows from W_i U_i^T,
/// whose tiles overlap, and d_kernel from the sums of V_i^T W_i over the tiles.
class WinogradConv final : public ConvEngine {
 public:
  WinogradConv(const ConvShape& shape, const WinogradKernels& transforms)
      : ConvEngine(shape),
        tiles_(for_this_cpu<ConvTiles>()),
        transforms_(transforms),
        numbers_(transforms.inputs * transforms.inputs),
        tile_columns_(parts_of(shape.out_w, transforms.outputs)),
        tile_rows_(parts_of(shape.out_h, transforms.outputs)) {}

  std::size_t scratch_floats() const override {
    const std::ptrdiff_t plane =
        std::max({block_of(s_.in_c, s_.out_c).floats(), block_of(s_.out_c, s_.in_c).floats(), strip_of().floats()});
    return 2 * outside_floats() + static_cast<std::size_t>(numbers_ * plane);
  }
  std::size_t forward_weights_floats() const override { return weights_floats(s_.in_c, s_.out_c); }
  std::size_t backward_weights_floats() const override { return weights_floats(s_.out_c, s_.in_c); }

  // The order is panels x n^2 x in_c x panel.
  void pack_forward(float* weights, const float* kernel) const override {
    const int panel = panel_of(s_.out_c);
    const std::ptrdiff_t plane = std::ptrdiff_t{s_.in_c} * panel;
    std::fill_n(weights, forward_weights_floats(), 0.0F);
    for (int c = 0; c < s_.out_c; c += panel, weights += numbers_ * plane) {
      for (int i = 0; i < s_.in_c; ++i) {
        transforms_.kernel(weights + std::ptrdiff_t{i} * panel, plane, kernel + std::ptrdiff_t{i} * s_.out_c + c,
                           tap_floats(), std::min(panel, s_.out_c - c));
      }
    }
  }

  // The order is panels x n^2 x out_c x panel.
  void pack_backward(float* weights, const float* kernel) const override {
    const int panel = panel_of(s_.in_c);
    const std::ptrdiff_t plane = std::ptrdiff_t{s_.out_c} * panel;
    std::fill_n(weights, backward_weights_floats(), 0.0F);
    for (int c = 0; c < s_.in_c; c += panel, weights += numbers_ * plane) {
      const int count = std::min(panel, s_.in_c - c);
      for (int o = 0; o < s_.out_c; ++o) {
        pack_transposed(weights + std::ptrdiff_t{o} * panel, plane, kernel + std::ptrdiff_t{c} * s_.out_c + o, count);
      }
    }
  }

  int band_rows() const override { return transforms_.outputs; }

  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange rows) const override {
    const TiledImage<const float> image{x, {0, s_.in_h}, s_.in_w, s_.in_c, clear(scratch)};
    const auto transform = [&](Place at, float* v, std::ptrdiff_t plane) {
      transforms_.input(v, plane, input_tile(image, at).at, s_.in_c);
    };
    const auto finish = [&](Place at, int c, int columns, const float* m, std::ptrdiff_t plane) {
      const TiledImage<float> part{y + c, rows, s_.out_w, s_.out_c, scratch + outside_floats()};
      transforms_.output(output_tile(part, at).at, m, plane, bias == nullptr ? nullptr : bias + c, columns);
    };
    const RowRange tile_rows{rows.first / transforms_.outputs, parts_of(rows.end, transforms_.outputs)};
    multiply_tiles(tile_rows, s_.in_c, s_.out_c, weights, scratch, transform, finish);
  }

  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    const TiledImage<const float> image{d_y, {0, s_.out_h}, s_.out_w, s_.out_c, clear(scratch)};
    std::fill_n(d_x, s_.in_floats(), 0.0F);
    const auto transform = [&](Place at, float* w, std::ptrdiff_t plane) {
      transforms_.gradient(w, plane, output_tile(image, at).at, s_.out_c);
    };
    const auto finish = [&](Place at, int c, int columns, const float* m, std::ptrdiff_t plane) {
      const TiledImage<float> part{d_x + c, {0, s_.in_h}, s_.in_w, s_.in_c, scratch + outside_floats()};
      transforms_.input_gradient(input_tile(part, at).at, m, plane, columns);
    };
    multiply_tiles({0, tile_rows_}, s_.out_c, s_.in_c, weights, scratch, transform, finish);
  }

  int sum_planes() const override { return numbers_; }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    backward_kernel_of(sums, true, {d_y, 0, 1}, {x, 0, 1}, scratch);
  }

  void backward_kernel_of(float* sums, bool add, const Images& d_y, const Images& x, float* scratch) const override {
    const float* zeros = clear(scratch);
    float* v = scratch + 2 * outside_floats();
    const Block strip = strip_of();
    const int all = x.count * tiles_of_image();
    for (int first = 0; first < all; first += strip.tiles) {
      const int tiles = std::min(strip.tiles, all - first);
      for (int t = 0; t < tiles; ++t) {
        const TiledImage<const float> image{image_of(x, first + t), {0, s_.in_h}, s_.in_w, s_.in_c, zeros};
        transforms_.input(v + std::ptrdiff_t{t} * s_.in_c, strip.v_plane, input_tile(image, place(first + t)).at,
                          s_.in_c);
      }
      for (int c = 0; c < s_.out_c; c += strip.panel) {
        float* w = v + numbers_ * strip.v_plane;
        const int columns = std::min(strip.panel, s_.out_c - c);
        for (int t = 0; t < tiles; ++t) {
          const TiledImage<const float> part{image_of(d_y, first + t) + c, {0, s_.out_h}, s_.out_w, s_.out_c, zeros};
          transforms_.gradient(w + std::ptrdiff_t{t} * strip.panel, strip.m_plane,
                               output_tile(part, place(first + t)).at, columns);
        }
        sum_products(sums + c, add || first > 0, v, w, strip, tiles, columns);
      }
    }
  }

  /// Where an image does not fill a strip: the sums go through the cache once for each strip.
  bool joins_images() const override { return 2 * tiles_of_image() <= strip_of().tiles; }

  void add_kernel_gradient(float* d_kernel, const float* sums) const override {
    transforms_.kernel_gradient(d_kernel, tap_floats(), sums, tap_floats(), static_cast<int>(tap_floats()));
  }

 private:
  /// Transformed tiles in scratch, V and one panel of M, or of W.
  struct Block {
    int tiles;
    int panel;
    std::ptrdiff_t v_plane;  ///< tiles x depth
    std::ptrdiff_t m_plane;  ///< tiles x panel
    std::ptrdiff_t floats() const { return v_plane + m_plane; }
  };
  Block block(int tiles, int depth, int panel) const {
    return {tiles, panel, plane_of(std::ptrdiff_t{tiles} * depth), plane_of(std::ptrdiff_t{tiles} * panel)};
  }
  /// What multiply_tiles handles at a time: tiles that fill whole register tiles, in a cache.
  Block block_of(int depth, int channels) const {
    const int panel = panel_of(channels);
    const int fitting = block_budget / (numbers_ * (depth + panel));
    return block(std::max(fitting / tiles_.rows, 1) * tiles_.rows, depth, panel);
  }
  /// What backward_kernel handles at a time.
  Block strip_of() const {
    const int fitting = strip_budget / (numbers_ * (s_.in_c + widest_panel));
    return block(std::clamp(fitting, 1, most_strip_tiles), s_.in_c, panel_of(s_.out_c));
  }

  /// The floats of the kernel for each tap.
  std::ptrdiff_t tap_floats() const { return std::ptrdiff_t{s_.in_c} * s_.out_c; }
  /// The floats at the beginning of scratch that stand for pixels outside of an image that is read; as many follow for
  /// one that is written.
  std::size_t outside_floats() const { return round_to_line(static_cast<std::size_t>(std::max(s_.in_c, s_.out_c))); }
  /// Sets what stands for pixels outside of an image that is read to 0.
  const float* clear(float* scratch) const {
    std::fill_n(scratch, outside_floats(), 0.0F);
    return scratch;
  }

  /// The width of panels of so many channels: half where that holds them all.
  int panel_of(int channels) const { return channels <= tiles_.panel / 2 ? tiles_.panel / 2 : tiles_.panel; }
  /// The floats of a packed kernel: panels x n^2 x depth x panel.
  std::size_t weights_floats(int depth, int channels) const {
    const int panel = panel_of(channels);
    return static_cast<std::size_t>(numbers_ * parts_of(channels, panel) * panel) * static_cast<std::size_t>(depth);
  }
  /// Assigns `count` columns of U^T, whose kernels are out_c floats apart.
  void pack_transposed(float* to, std::ptrdiff_t plane, const float* kernel, int count) const {
    constexpr int most = 32;
    float taps[9 * most];
    for (int t = 0; t < 9; ++t) {
      for (int k = 0; k < count; ++k) taps[t * most + k] = kernel[t * tap_floats() + std::ptrdiff_t{k} * s_.out_c];
    }
    transforms_.kernel(to, plane, taps, most, count);
  }

  /// Where a tile is, in tiles.
  struct Place {
    int row, column;
  };
  Place place(int tile) const {
    const int of_image = tile % tiles_of_image();
    return {of_image / tile_columns_, of_image % tile_columns_};
  }
  int tiles_of_image() const { return tile_rows_ * tile_columns_; }
  /// The image with this tile.
  const float* image_of(const Images& images, int tile) const {
    return images.data + tile / tiles_of_image() * images.stride;
  }
  /// The pixels of a tile of x or d_x.
  template <class Float>
  TilePixels<Float> input_tile(const TiledImage<Float>& image, Place at) const {
    return image.tile(transforms_.outputs * at.row - s_.pad_h, transforms_.outputs * at.column - s_.pad_w,
                      transforms_.inputs);
  }
  /// The pixels of a tile of y or d_y.
  template <class Float>
  TilePixels<Float> output_tile(const TiledImage<Float>& image, Place at) const {
    return image.tile(transforms_.outputs * at.row, transforms_.outputs * at.column, transforms_.outputs);
  }

  /// Computes M = V U for these rows of tiles, in scratch: transform(place, v, plane) must assign a tile's V, `depth`
  /// channels, and finish(place, c, columns, m, plane) takes the columns of the tile's M that begin at channel c.
  template <class Transform, class Finish>
  void multiply_tiles(RowRange rows, int depth, int channels, const float* weights, float* scratch,
                      const Transform& transform, const Finish& finish) const {
    const int end = rows.end * tile_columns_;
    const Block size = block_of(depth, channels);
    float* v = scratch + 2 * outside_floats();
    float* m = v + numbers_ * size.v_plane;
    for (int begin = rows.first * tile_columns_; begin < end; begin += size.tiles) {
      const int tiles = std::min(size.tiles, end - begin);
      for (int t = 0; t < tiles; ++t) transform(place(begin + t), v + std::ptrdiff_t{t} * depth, size.v_plane);
      const float* u = weights;
      for (int c = 0; c < channels; c += size.panel) {
        const int columns = std::min(size.panel, channels - c);
        multiply(m, v, u, size, tiles, depth, columns);
        u += numbers_ * std::ptrdiff_t{depth} * size.panel;
        for (int t = 0; t < tiles; ++t) {
          finish(place(begin + t), c, columns, m + std::ptrdiff_t{t} * size.panel, size.m_plane);
        }
      }
    }
  }

  /// Assigns M = V U for some tiles and a panel of channels, at least its first `columns` columns.
  void multiply(float* m, const float* v, const float* u, const Block& size, int tiles, int depth, int columns) const {
    tiles_.output_row({.out = m,
                       .out_step = size.panel,
                       .x = v,
                       .x_step = depth,
                       .x_row = 0,
                       .weights = u,
                       .weights_step = size.panel,
                       .bias = nullptr,
                       .pixels = tiles,
                       .columns = panel_of(columns),  // whole vectors
                       .rows = 1,
                       .run = depth,
                       .planes = {numbers_, size.m_plane, size.v_plane, std::ptrdiff_t{depth} * size.panel}});
  }

  /// Adds V^T W of some tiles to a panel of `columns` columns of sums, or assigns it.
  void sum_products(float* sums, bool add, const float* v, const float* w, const Block& strip, int tiles,
                    int columns) const {
    tiles_.kernel_row({.d_kernel = sums,
                       .out_c = s_.out_c,
                       .x = v,
                       .x_step = s_.in_c,
                       .x_row = 0,
                       .d_y = w,
                       .d_y_step = strip.panel,
                       .taps = s_.in_c,
                       .columns = columns,
                       .rows = 1,
                       .pixels = tiles,
                       .add = add,
                       .planes = {numbers_, tap_floats(), strip.v_plane, strip.m_plane}});
  }

  const ConvTiles& tiles_;
  const WinogradKernels& transforms_;
  int numbers_;  ///< of a transformed tile: n^2
  int tile_columns_, tile_rows_;
};

}  // namespace

std::unique_ptr<const ConvEngine> make_winograd_conv(const ConvShape& shape, WinogradTile tile) {
  constexpr int most = 2;  // zeros at a side
  const auto fits = [](int in, int out, int pad) { return pad <= most && out + most - in - pad <= most; };
  const bool applies = fits(shape.in_h, shape.out_h, shape.pad_h) && fits(shape.in_w, shape.out_w, shape.pad_w) &&
                       shape.kernel_h == 3 && shape.kernel_w == 3 && shape.stride_h == 1 && shape.stride_w == 1 &&
                       shape.dilation_h == 1 && shape.dilation_w == 1;
  if (!applies) return nullptr;
  const WinogradTables& tables = for_this_cpu<WinogradTables>();
  return std::make_unique<WinogradConv>(shape, tile == WinogradTile::f4 ? tables.f4 : tables.f2);
}

}  // namespace convoy::kernels
