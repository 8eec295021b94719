#pragma once

#include <string>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// What is done to an image about its centre, in this order.
struct Geometry {
  bool mirror = false;       ///< left becomes right
  bool upside_down = false;  ///< top becomes bottom
  double zoom = 1;           ///< above 1 the image grows
  double shear = 0;          ///< degrees by which upright lines lean to the left
  double rotate = 0;         ///< degrees, counter-clockwise
  double down = 0;           ///< pixels
  double right = 0;          ///< pixels
};

/// Where the pixel at row y and column x of a changed image lies in the original:
///   row yy y + yx x + y0, column xy y + xx x + x0.
struct AffineMap {
  float yy, yx, y0;
  float xy, xx, x0;
};

/// The inverse of the change, all of it in one map.
AffineMap inverse_map(const Geometry& geometry, ImageSize size);

/// Draws images of one size through affine maps, with bilinear interpolation.
class Resampler {
 public:
  /// `fill` is what lies outside of the image: "zero", "edge" or "reflect".
  Resampler(ImageSize size, int channels, const std::string& fill);

  /// Takes an image of height x width x channels as the original.
  template <class T>
  void load(const T* image);
  /// Draws it, height x width x channels. Allocates nothing.
  void draw(const AffineMap& map, float* image) const;

 private:
  float* row(int y) { return padded_.data() + static_cast<std::ptrdiff_t>(y + 1) * padded_row_ + channels_; }
  void repeat_edges();
  template <int channels>
  void draw_pixels(const AffineMap& map, float* image) const;

  ImageSize size_;
  int channels_;
  int padded_row_;  ///< numbers in a row
  bool edge_;
  bool reflect_;
  std::vector<float> padded_;  ///< the original in a border of one pixel: whatever is further out equals the border
};

}  // namespace convoy
