#pragma once

#include <cstddef>
#include <string>

namespace convoy {

/// Checks JSON from a file that may come from a stranger, before it is parsed. Throws std::runtime_error where it has
/// more than `levels` of arrays and objects (convoy's own files have fewer than 8) or 4 million values, or an object
/// has a name twice. Syntax errors are left to the parser.
void guard_json(const std::string& text, std::size_t levels = 8);

}  // namespace convoy
