#pragma once

#include <string>

#include "support/text.h"

namespace convoy::test {

/// Whether as many elements of that tag are closed as opened.
inline bool is_balanced(const std::string& html, const std::string& tag) {
  return count(html, "<" + tag + ">") + count(html, "<" + tag + " ") == count(html, "</" + tag + ">");
}

}  // namespace convoy::test
