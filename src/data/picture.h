#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// A picture to look at.
struct Picture {
  Picture(int picture_height, int picture_width, Colour background);

  int height;
  int width;
  std::vector<std::uint8_t> pixels;  ///< height x width x 3

  /// A square of `edge` pixels; what lies outside of the picture is left out.
  void draw_square(int top, int left, int edge, Colour colour);
  /// One line of capital letters and digits, each 3 x 5 squares of `size` pixels; what has no glyph becomes a "?".
  void draw_text(int top, int left, int size, const std::string& text, Colour colour);
  static int text_width(const std::string& text, int size) { return 4 * size * static_cast<int>(text.size()); }
  static int text_height(int size) { return 5 * size; }
};

/// As the bytes of a PNG file.
std::string png_of(const Picture& picture);

}  // namespace convoy
