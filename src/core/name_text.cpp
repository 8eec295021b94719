#include "core/name_text.h"

#include <optional>
#include <string>

#include "core/utf8.h"

namespace convoy {
namespace {

constexpr std::size_t escape_size = 4;  // of "\xe9"

/// The byte of an escape "\xe9" at position `at`, if there is one. Only small digits count, as name_text writes them.
std::optional<char> escaped_byte(const std::string& text, std::size_t at) {
  if (text.compare(at, 2, "\\x") != 0 || text.size() - at < escape_size) return {};
  const std::string digits = text.substr(at + 2, 2);
  if (digits.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  return static_cast<char>(std::stoul(digits, nullptr, 16));
}

std::string escape_of(char byte) { return "\\x" + hex(static_cast<unsigned char>(byte), 2); }

}  // namespace

std::string name_text(const std::string& bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const Character character = character_at(bytes, at);
    const bool literal = character.valid && !escaped_byte(bytes, at);
    text += literal ? bytes.substr(at, character.bytes) : escape_of(bytes[at]);
    at += character.bytes;
  }
  return text;
}

std::string name_bytes(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const std::optional<char> byte = escaped_byte(text, at);
    bytes += byte.value_or(text[at]);
    at += byte ? escape_size : 1;
  }
  return bytes;
}

}  // namespace convoy
