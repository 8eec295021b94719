#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// A colour picture to draw on.
struct Picture {
  Picture(int picture_height, int picture_width, Colour background);

  int height;
  int width;
  std::vector<std::uint8_t> pixels;  ///< height x width x 3

  /// Draws a filled square of `edge` pixels; parts outside of the picture are left out.
  void draw_square(int top, int left, int edge, Colour colour);
  /// Draws one line of text in capital letters, each of 3 x 5 squares of `size` pixels; a "?" for unknown characters.
  void draw_text(int top, int left, int size, const std::string& text, Colour colour);
  static int text_width(const std::string& text, int size) { return 4 * size * static_cast<int>(text.size()); }
  static int text_height(int size) { return 5 * size; }
};

/// The bytes of the picture as a PNG file.
std::string png_of(const Picture& picture);

}  // namespace convoy
