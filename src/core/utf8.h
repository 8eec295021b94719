#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace convoy {

/// A character of UTF-8, or a single byte that belongs to none.
struct Character {
  char32_t code = 0;  ///< the byte's value where not `valid`
  std::size_t bytes = 1;
  bool valid = true;
};

/// The character that begins at `text[at]`, or that byte alone. Overlong forms, surrogates, codes above U+10FFFF and
/// characters that the text's end cuts short are not valid.
Character character_at(std::string_view text, std::size_t at);

/// Calls visit(character, its bytes) for each character of the text.
template <class Visit>
void for_each_character(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const Character character = character_at(text, 0);
    visit(character, text.substr(0, character.bytes));
    text.remove_prefix(character.bytes);
  }
}

/// The characters from `first` to `last`, both included.
struct CharacterRange {
  char32_t first;
  char32_t last;
};

/// Whether a character is in one of the ranges.
template <std::size_t n>
bool is_one_of(const std::array<CharacterRange, n>& ranges, char32_t code) {
  for (const CharacterRange& range : ranges) {
    if (range.first <= code && code <= range.last) return true;
  }
  return false;
}

/// Whether a character would act on a terminal or a page, or be invisible: control characters and line separators,
/// bidirectional and other format marks, and fillers.
bool is_hidden(char32_t code);

/// The number in hexadecimal with `digits` digits: "202e".
std::string hex(char32_t number, int digits);

}  // namespace convoy
