#pragma once

#include <string>

namespace convoy {

/// To be called before the JSON of a file that may come from a stranger is parsed. Throws std::runtime_error where it
/// nests more deeply or has more values than any file of convoy's, or an object has a name twice. Wrong syntax is the
/// parser's to find.
void guard_json(const std::string& text);

}  // namespace convoy
