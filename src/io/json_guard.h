#pragma once

#include <string>

namespace convoy {

/// Checks JSON from a file that may come from a stranger, before it is parsed. Throws std::runtime_error where it has
/// more than 8 levels or 4 million values, more than any of convoy's files, or an object has a name twice. Syntax
/// errors are left to the parser.
void guard_json(const std::string& text);

}  // namespace convoy
