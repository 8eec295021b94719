#pragma once

#include <string>

namespace convoy {

/// A file's or folder's name, which may be any bytes, as UTF-8: a byte that is not is written "\xe9". Different names
/// have different texts: where a name itself has such a "\xe9", its backslash is written "\x5c".
std::string name_text(const std::string& bytes);

/// The bytes of the name with that text.
std::string name_bytes(const std::string& text);

}  // namespace convoy
