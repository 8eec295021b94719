#include "data/affine.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/portable_math.h"

namespace convoy {
namespace {

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Maps a coordinate of the padded image into the image: beyond its sides lie its mirror images.
float reflected(float place, float size) {
  const float across = place - 0.5F;  // 0 to size is the image
  const float folded = across - 2 * size * std::floor(across / (2 * size));
  return (folded > size ? 2 * size - folded : folded) + 0.5F;
}

}  // namespace

AffineMap inverse_map(const Geometry& geometry, ImageSize size) {
  const double cosine = portable::cos(radians(geometry.rotate));
  const double sine = portable::sin(radians(geometry.rotate));
  const double lean = portable::tan(radians(geometry.shear));
  const double y_scale = (geometry.upside_down ? -1 : 1) / geometry.zoom;
  const double x_scale = (geometry.mirror ? -1 : 1) / geometry.zoom;
  const double yy = y_scale * cosine;
  const double yx = y_scale * sine;
  const double xy = -x_scale * (sine + lean * cosine);
  const double xx = x_scale * (cosine - lean * sine);
  const double centre_y = (size.height - 1) / 2.0;
  const double centre_x = (size.width - 1) / 2.0;
  const double from_y = centre_y + geometry.down;
  const double from_x = centre_x + geometry.right;
  return {.yy = static_cast<float>(yy),
          .yx = static_cast<float>(yx),
          .y0 = static_cast<float>(centre_y - yy * from_y - yx * from_x),
          .xy = static_cast<float>(xy),
          .xx = static_cast<float>(xx),
          .x0 = static_cast<float>(centre_x - xy * from_y - xx * from_x)};
}

Resampler::Resampler(ImageSize size, int channels, const std::string& fill)
    : size_(size),
      channels_(channels),
      padded_row_((size.width + 2) * channels),
      edge_(fill == "edge" || fill == "reflect"),
      reflect_(fill == "reflect"),
      padded_(static_cast<std::size_t>(size.height + 2) * static_cast<std::size_t>(padded_row_)) {}

template <class T>
void Resampler::load(const T* image) {
  const int length = size_.width * channels_;
  for (int y = 0; y < size_.height; ++y, image += length) std::copy_n(image, length, row(y));
  if (edge_) repeat_edges();
}
template void Resampler::load(const std::uint8_t*);
template void Resampler::load(const float*);

void Resampler::repeat_edges() {
  for (int y = 0; y < size_.height; ++y) {
    float* first = row(y);
    float* end = first + static_cast<std::ptrdiff_t>(size_.width) * channels_;
    std::copy_n(first, channels_, first - channels_);
    std::copy_n(end - channels_, channels_, end);
  }
  std::copy_n(row(0) - channels_, padded_row_, row(-1) - channels_);
  std::copy_n(row(size_.height - 1) - channels_, padded_row_, row(size_.height) - channels_);
}

void Resampler::draw(const AffineMap& map, float* image) const {
  switch (channels_) {  // short loops over the channels cost more than the rest
    case 1: return draw_pixels<1>(map, image);
    case 3: return draw_pixels<3>(map, image);
    default: return draw_pixels<0>(map, image);
  }
}

template <int fixed_channels>
void Resampler::draw_pixels(const AffineMap& map, float* image) const {
  const int channels = fixed_channels > 0 ? fixed_channels : channels_;
  const auto last_y = static_cast<float>(size_.height + 1);  // of the padded image
  const auto last_x = static_cast<float>(size_.width + 1);
  for (int row = 0; row < size_.height; ++row) {
    const float row_y = map.yy * static_cast<float>(row) + map.y0 + 1;
    const float row_x = map.xy * static_cast<float>(row) + map.x0 + 1;
    for (int column = 0; column < size_.width; ++column, image += channels) {
      float y = row_y + map.yx * static_cast<float>(column);
      float x = row_x + map.xx * static_cast<float>(column);
      if (reflect_) {
        y = reflected(y, static_cast<float>(size_.height));
        x = reflected(x, static_cast<float>(size_.width));
      }
      y = std::clamp(y, 0.0F, last_y);
      x = std::clamp(x, 0.0F, last_x);
      const int top = std::min(static_cast<int>(y), size_.height);
      const int left = std::min(static_cast<int>(x), size_.width);
      const float down = y - static_cast<float>(top);
      const float right = x - static_cast<float>(left);
      const float* above = padded_.data() + static_cast<std::ptrdiff_t>(top) * padded_row_ +
                           static_cast<std::ptrdiff_t>(left) * channels;
      const float* below = above + padded_row_;
      for (int c = 0; c < channels; ++c) {
        const float upper = above[c] + right * (above[c + channels] - above[c]);
        const float lower = below[c] + right * (below[c + channels] - below[c]);
        image[c] = upper + down * (lower - upper);
      }
    }
  }
}

}  // namespace convoy
