#pragma once

#include <cstddef>
#include <string>

namespace convoy::test {

/// How often `part` occurs.
inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Whether as many elements of that tag are closed as opened.
inline bool is_balanced(const std::string& html, const std::string& tag) {
  return count(html, "<" + tag + ">") + count(html, "<" + tag + " ") == count(html, "</" + tag + ">");
}

}  // namespace convoy::test
