#include "core/utf8.h"

namespace convoy {
namespace {

/// The number of bytes of the character that begins with this byte; 0 where none does.
std::size_t length_from(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf8 ? 4 : 0;
}

/// Whether a code that was read from so many bytes is a character: not overlong, no surrogate, at most U+10FFFF.
bool is_character(char32_t code, std::size_t bytes) {
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};  // by the number of bytes; less is overlong
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code >= least[bytes] && code <= 0x10ffff && !surrogate;
}

/// The characters that is_hidden() is about: Unicode's categories Cc, Cf, Zl and Zp, and some that are drawn as
/// nothing.
constexpr std::array hidden = {
    CharacterRange{0x00, 0x1f},       CharacterRange{0x7f, 0x9f},       CharacterRange{0xad, 0xad},
    CharacterRange{0x34f, 0x34f},     CharacterRange{0x600, 0x605},     CharacterRange{0x61c, 0x61c},
    CharacterRange{0x6dd, 0x6dd},     CharacterRange{0x70f, 0x70f},     CharacterRange{0x115f, 0x1160},
    CharacterRange{0x17b4, 0x17b5},   CharacterRange{0x180b, 0x180e},   CharacterRange{0x200b, 0x200f},
    CharacterRange{0x2028, 0x202e},   CharacterRange{0x2060, 0x206f},   CharacterRange{0x3164, 0x3164},
    CharacterRange{0xfeff, 0xfeff},   CharacterRange{0xffa0, 0xffa0},   CharacterRange{0xfff0, 0xfffb},
    CharacterRange{0x13430, 0x1345f}, CharacterRange{0x1bca0, 0x1bca3}, CharacterRange{0x1d173, 0x1d17a},
    CharacterRange{0xe0000, 0xe0fff}};

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  text.remove_prefix(at);
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = length_from(lead);
  const Character none{.code = lead, .bytes = 1, .valid = false};
  if (bytes == 0 || text.size() < bytes) return none;
  if (bytes == 1) return {.code = lead};
  char32_t code = lead & (0xffU >> (bytes + 1));
  for (const char c : text.substr(1, bytes - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return none;
    code = code << 6U | (byte & 0x3fU);
  }
  return is_character(code, bytes) ? Character{code, bytes, true} : none;
}

bool is_hidden(char32_t code) {
  const bool plain = code >= 0x20 && code < 0x7f;
  return !plain && is_one_of(hidden, code);
}

std::string hex(char32_t number, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789abcdef"[(number >> shift) & 0xfU];
  return text;
}

}  // namespace convoy
