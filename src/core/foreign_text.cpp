#include "convoy/foreign_text.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "core/utf8.h"

namespace convoy {
namespace {

/// Characters that are two columns wide, roughly as in Unicode's East Asian Width.
constexpr std::array wide = {
    CharacterRange{0x1100, 0x115e},   CharacterRange{0x2e80, 0x303e},   CharacterRange{0x3041, 0xa4cf},
    CharacterRange{0xac00, 0xd7a3},   CharacterRange{0xf900, 0xfaff},   CharacterRange{0xfe30, 0xfe6f},
    CharacterRange{0xff00, 0xff60},   CharacterRange{0xffe0, 0xffe6},   CharacterRange{0x1f300, 0x1f64f},
    CharacterRange{0x1f680, 0x1f6ff}, CharacterRange{0x1f900, 0x1f9ff}, CharacterRange{0x20000, 0x3fffd}};

/// Characters that are drawn on the character before them.
constexpr std::array accents = {
    CharacterRange{0x300, 0x36f},   CharacterRange{0x483, 0x489},   CharacterRange{0x591, 0x5bd},
    CharacterRange{0x64b, 0x65f},   CharacterRange{0x1ab0, 0x1aff}, CharacterRange{0x1dc0, 0x1dff},
    CharacterRange{0x20d0, 0x20ff}, CharacterRange{0xfe00, 0xfe0f}, CharacterRange{0xfe20, 0xfe2f}};

/// The character as an escape: "\n", "\x1b", "\u202e", "\U000e0001".
std::string escaped_character(const Character& character) {
  const char32_t code = character.code;
  if (!character.valid) return "\\x" + hex(code, 2);
  switch (code) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (code < 0x80) return "\\x" + hex(code, 2);
  return code < 0x10000 ? "\\u" + hex(code, 4) : "\\U" + hex(code, 8);
}

/// The character as a JSON escape, above 16 bits as two halves.
std::string json_escape(char32_t code) {
  if (code < 0x10000) return "\\u" + hex(code, 4);
  const char32_t rest = code - 0x10000;
  return "\\u" + hex(0xd800 + (rest >> 10U), 4) + "\\u" + hex(0xdc00 + (rest & 0x3ffU), 4);
}

/// The text with each character replaced: replace(character, its bytes) returns the new text.
template <class Replace>
std::string with_each_replaced(const std::string& text, const Replace& replace) {
  std::string result;
  for_each_character(text, [&](const Character& character, std::string_view bytes) {
    result += replace(character, std::string(bytes));
  });
  return result;
}

/// The columns of a terminal that a character takes: 0, 1 or 2.
std::size_t columns_of(const Character& character) {
  if (is_one_of(accents, character.code)) return 0;
  return is_one_of(wide, character.code) ? 2 : 1;
}

/// The longest beginning of the text that takes at most `width` columns.
std::string beginning_of(const std::string& text, std::size_t width) {
  std::size_t at = 0;
  std::size_t taken = 0;
  while (at < text.size()) {
    const Character character = character_at(text, at);
    taken += columns_of(character);
    if (taken > width) break;
    at += character.bytes;
  }
  return text.substr(0, at);
}

/// The longest end of the text that takes at most `width` columns.
std::string end_of(const std::string& text, std::size_t width) {
  std::size_t at = 0;
  for (std::size_t left = columns(text); left > width;) {
    const Character character = character_at(text, at);
    left -= columns_of(character);
    at += character.bytes;
  }
  return text.substr(at);
}

}  // namespace

std::string valid_utf8(const std::string& text) {
  return with_each_replaced(text, [](const Character& character, const std::string& bytes) {
    return character.valid ? bytes : "\xef\xbf\xbd";
  });
}

std::string shown(const std::string& text) {
  return with_each_replaced(text, [](const Character& character, const std::string& bytes) {
    return !character.valid || is_hidden(character.code) ? escaped_character(character) : bytes;
  });
}

std::string shown_lines(const std::string& text) {
  return with_each_replaced(text, [](const Character& character, const std::string& bytes) {
    if (character.code == '\n' || character.code == '\t') return bytes;
    return !character.valid || is_hidden(character.code) ? escaped_character(character) : bytes;
  });
}

std::size_t columns(const std::string& text) {
  std::size_t sum = 0;
  for_each_character(text, [&](const Character& character, std::string_view) { sum += columns_of(character); });
  return sum;
}

std::string shortened(const std::string& text, std::size_t width) {
  constexpr std::size_t dots = 3;
  if (columns(text) <= width) return text;
  if (width <= dots) return beginning_of(text, width);
  const std::size_t tail = (width - dots) / 2;
  return beginning_of(text, width - dots - tail) + "..." + end_of(text, tail);
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, columns(text)), ' ');
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, columns(text)), ' ') + text;
}

std::string wrapped(const std::string& head, const std::string& text, std::size_t width) {
  std::string lines = head;
  const std::size_t margin = columns(head);
  std::size_t at = margin;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t needed = columns(word);
    if (at > margin && at + 1 + needed > width) {
      lines += "\n" + std::string(margin, ' ');
      at = margin;
    }
    lines += (at > margin ? " " : "") + word;
    at += (at > margin ? 1 : 0) + needed;
  }
  return lines + "\n";
}

std::string csv_field(const std::string& bytes) {
  std::string text = valid_utf8(bytes);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string shown_json(const std::string& json) {
  return with_each_replaced(json, [](const Character& character, const std::string& bytes) {
    if (!character.valid) return std::string("\\ufffd");
    // Below 0x20 JSON itself has escapes in its strings, and line breaks between them.
    return character.code >= 0x7f && is_hidden(character.code) ? json_escape(character.code) : bytes;
  });
}

}  // namespace convoy
