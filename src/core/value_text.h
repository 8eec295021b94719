#pragma once

#include <cstddef>
#include <string>

#include "convoy/settings.h"

namespace convoy {

/// A value as TOML: 3, 1e-07, "a \"b\"", [3, 3].
std::string toml_text(const Value& value);

/// `text` for a quotation in a message: as shown() has it, shortened to `limit` columns.
std::string brief(const std::string& text, std::size_t limit = 80);
/// brief(text) in double quotes.
std::string in_quotes(const std::string& text);

/// The kind of values that a key takes, in words: "a whole number", "valid or same".
std::string kind_text(const KeySchema& key);

/// The bounds of a key's numbers, in words: "at least 1", "0.0 to 1.0"; "" without bounds.
std::string range_text(const KeySchema& key);

}  // namespace convoy
