#pragma once

#include "convoy/settings.h"
#include "formats/onnx_graph.h"

namespace convoy::formats::onnx {

/// The attributes that convolutions and poolings share.
struct Window {
  Extents kernel;
  Extents strides;
  Extents dilations;
  Sides pads;
  bool same = false;   ///< auto_pad = SAME_UPPER, which is "same"
  bool lower = false;  ///< SAME_LOWER, the odd one at the beginning
};

/// Reads them for images; `kernel` is what they are when no attribute says it.
Window window_of(const Call& call, const Extents& kernel);

/// "valid", "same" or the sides, as convoy's key "padding" takes them; `image` is the input.
Value padding_of(const Window& window, const Shape& image);

/// Height and width, or one number where they are equal.
Value pair_value(const Extents& pair);
/// The numbers at the sides, or one where they are equal.
Value sides_value(const Sides& sides);

}  // namespace convoy::formats::onnx
