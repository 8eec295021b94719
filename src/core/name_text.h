#pragma once

#include <string>

namespace convoy {

/// The name of a file or folder, which may be any bytes, as UTF-8: a byte that is not UTF-8 is written "\xe9".
/// Different names have different texts: where a name itself contains such an escape, its backslash is written "\x5c".
std::string name_text(const std::string& bytes);

/// The name whose name_text() is `text`.
std::string name_bytes(const std::string& text);

}  // namespace convoy
