#pragma once

#include <string>
#include <vector>

#include "data/resize.h"

namespace convoy {

/// Changes of an image about its centre, applied in this order.
struct Geometry {
  bool mirror = false;       ///< left becomes right
  bool upside_down = false;  ///< top becomes bottom
  double zoom = 1;           ///< factor; above 1 the image grows
  double shear = 0;          ///< degrees by which vertical lines lean to the left
  double rotate = 0;         ///< degrees, counter-clockwise
  double down = 0;           ///< shift in pixels
  double right = 0;          ///< shift in pixels
};

/// A map from row y and column x of the changed image to a place in the original:
///   row = yy y + yx x + y0, column = xy y + xx x + x0.
struct AffineMap {
  float yy, yx, y0;
  float xy, xx, x0;
};

/// The inverse of all these changes as one map.
AffineMap inverse_map(const Geometry& geometry, ImageSize size);

/// Draws images of one size through affine maps, with bilinear interpolation.
class Resampler {
 public:
  /// `fill` names the values outside of the image: "zero", "edge" or "reflect".
  Resampler(ImageSize size, int channels, const std::string& fill);

  /// Copies an image of height x width x channels, which draw() then changes.
  template <class T>
  void load(const T* image);
  /// Writes the changed image, height x width x channels, to `image`. Allocates nothing.
  void draw(const AffineMap& map, float* image) const;

 private:
  /// The first pixel of a row of the original; -1 is the border above.
  float* row(int y) { return padded_.data() + static_cast<std::ptrdiff_t>(y + 1) * padded_row_ + channels_; }
  /// Copies the edges of the original into its border.
  void repeat_edges();
  /// Does draw(); `channels` is 0 where their number is not known at compile time.
  template <int channels>
  void draw_pixels(const AffineMap& map, float* image) const;

  ImageSize size_;
  int channels_;
  int padded_row_;             ///< floats in a row of padded_
  bool edge_;                  ///< the border repeats the edges of the image, else it is 0
  bool reflect_;               ///< `fill` is "reflect"
  std::vector<float> padded_;  ///< the original with a border of one pixel; all that is further out equals the border
};

}  // namespace convoy
