#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace convoy {

/// A character of UTF-8, or one byte that is none.
struct Character {
  char32_t code = 0;  ///< the byte's value where not `valid`
  std::size_t bytes = 1;
  bool valid = true;
};

/// What begins at `text[at]`. Overlong forms, surrogates, numbers above U+10FFFF and what the text's end cuts short are
/// no characters.
Character character_at(std::string_view text, std::size_t at);

/// From its first character to its last.
struct CharacterRange {
  char32_t first;
  char32_t last;
};

template <std::size_t n>
bool is_one_of(const std::array<CharacterRange, n>& ranges, char32_t code) {
  for (const CharacterRange& range : ranges) {
    if (range.first <= code && code <= range.last) return true;
  }
  return false;
}

/// Whether a character acts on a terminal or a page, or is seen by nobody: control characters and line separators,
/// bidirectional and other format marks, and fillers.
bool is_hidden(char32_t code);

/// "202e": so many digits.
std::string hex(char32_t number, int digits);

}  // namespace convoy
