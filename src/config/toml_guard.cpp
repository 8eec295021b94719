#include "config/toml_guard.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "convoy/error.h"

namespace convoy {
namespace {

constexpr int max_parts = 8;  // of a key

/// The index after the string or comment that begins at `i`, at most the end of the text; `i` if none begins there.
std::size_t skip_literal(std::string_view text, std::size_t i) {
  const char open = text[i];
  if (open == '#') return std::min(text.find('\n', i), text.size());
  if (open != '"' && open != '\'') return i;
  const bool multiline = text.substr(i, 3) == std::string(3, open);
  const std::string close(multiline ? 3 : 1, open);
  for (i += close.size(); i < text.size(); ++i) {
    if (text[i] == '\\' && open == '"') {
      ++i;
    } else if (text.substr(i, close.size()) == close || (!multiline && text[i] == '\n')) {
      return i + close.size();
    }
  }
  return text.size();
}

/// Whether a character can be between two dots of one key.
bool inside_key(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ' ' || c == '\t';
}

}  // namespace

void check_toml_nesting(const std::string& text, const std::string& name) {
  int dots = 0;
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t after = skip_literal(text, i);
    if (after > i) {  // a quoted part of a key, or a value: the count goes on either way
      for (; i < after; ++i) line += text[i] == '\n' ? 1 : 0;
      continue;
    }
    if (text[i] == '.') {
      ++dots;
    } else if (!inside_key(text[i])) {
      dots = 0;
    }
    if (dots == max_parts) {
      throw Error(ErrorKind::config, name + ":" + std::to_string(line) + ":1: a key has too many parts, at most " +
                                         std::to_string(max_parts));
    }
    line += text[i] == '\n' ? 1 : 0;
    ++i;
  }
}

}  // namespace convoy
