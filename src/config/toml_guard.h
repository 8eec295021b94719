#pragma once

#include <string>

namespace convoy {

/// Rejects keys of very many parts (a.b.c.d ...) before the parser sees them: each part is a nested table, which the
/// parser destroys recursively, so a hostile file could exhaust the stack. Throws Error{config} with name:line.
void check_toml_nesting(const std::string& text, const std::string& name);

}  // namespace convoy
