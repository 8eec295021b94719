#pragma once

#include <string>

namespace convoy {

/// Throws Error{config} with name:line for a key of more than eight parts (a.b.c.d ...), before the parser sees it:
/// each part is a nested table, which the parser destroys recursively, so a hostile file could exhaust the stack.
void check_toml_nesting(const std::string& text, const std::string& name);

}  // namespace convoy
