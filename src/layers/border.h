#pragma once

#include "convoy/padding.h"
#include "convoy/shape.h"

namespace convoy::layers {

/// An image (`inner`, height x width x channels) with a border of pixels at its four sides.
struct Border {
  Shape inner;
  Sides sides;

  /// The shape of the image with its border. Throws Error{config} above 2^30 numbers.
  Shape outer() const;
  /// Assigns the outer image: the inner one with zeros around it.
  void put(float* outer_image, const float* inner_image) const;
  /// Assigns the inner image: the outer one without its border.
  void cut(float* inner_image, const float* outer_image) const;
};

}  // namespace convoy::layers
