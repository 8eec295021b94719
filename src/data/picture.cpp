#include "data/picture.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "data/png.h"

namespace convoy {
namespace {

/// Letters of 3 x 5 squares: an octal digit for each row, from the top, whose bits are the three columns.
const std::map<char, unsigned> glyphs = {
    {'0', 075557}, {'1', 026227}, {'2', 071747}, {'3', 071717}, {'4', 055711}, {'5', 074717}, {'6', 074757},
    {'7', 071222}, {'8', 075757}, {'9', 075717}, {'A', 025755}, {'B', 065656}, {'C', 034443}, {'D', 065556},
    {'E', 074647}, {'F', 074644}, {'G', 034553}, {'H', 055755}, {'I', 072227}, {'J', 011152}, {'K', 055655},
    {'L', 044447}, {'M', 057755}, {'N', 065555}, {'O', 025552}, {'P', 065644}, {'Q', 025573}, {'R', 065655},
    {'S', 034216}, {'T', 072222}, {'U', 055557}, {'V', 055552}, {'W', 055775}, {'X', 055255}, {'Y', 055222},
    {'Z', 071247}, {'-', 000700}, {'_', 000007}, {'.', 000002}, {'/', 011244}, {'+', 002720}, {' ', 000000}};
constexpr unsigned question_mark = 061202;

/// The glyph of a letter, of either case; that of "?" for unknown characters.
unsigned glyph_of(char letter) {
  const auto glyph = glyphs.find(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
  return glyph == glyphs.end() ? question_mark : glyph->second;
}

}  // namespace

Picture::Picture(int picture_height, int picture_width, Colour background)
    : height(picture_height),
      width(picture_width),
      pixels(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3) {
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = background[i % 3];
}

void Picture::draw_square(int top, int left, int edge, Colour colour) {
  for (int y = std::max(top, 0); y < std::min(top + edge, height); ++y) {
    for (int x = std::max(left, 0); x < std::min(left + edge, width); ++x) {
      std::ranges::copy(colour, pixels.begin() + (static_cast<std::ptrdiff_t>(y) * width + x) * 3);
    }
  }
}

void Picture::draw_text(int top, int left, int size, const std::string& text, Colour colour) {
  for (const char letter : text) {
    const unsigned glyph = glyph_of(letter);
    for (int i = 0; i < 15; ++i) {
      if ((glyph >> (14 - i) & 1U) != 0) draw_square(top + i / 3 * size, left + i % 3 * size, size, colour);
    }
    left += 4 * size;
  }
}

std::string png_of(const Picture& picture) { return png(picture.pixels, {picture.height, picture.width}, 3); }

}  // namespace convoy
