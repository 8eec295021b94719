#pragma once

#include "convoy/padding.h"
#include "convoy/shape.h"

namespace convoy::layers {

/// An image inside of a larger one.
struct Border {
  Shape inner;
  Sides sides;

  Shape outer() const;
  /// Assigns the outer image: the inner one, with zeros around it.
  void put(float* outer_image, const float* inner_image) const;
  /// Assigns the inner image.
  void cut(float* inner_image, const float* outer_image) const;
};

}  // namespace convoy::layers
