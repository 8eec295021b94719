#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace convoy {

/// A name from a hostile file, fit for a message.
std::string printable(const std::string& name);

/// Parses the JSON of a file that may come from a stranger. Throws a std::exception that says why: no JSON, nested
/// more deeply than any file of convoy's, a name that an object has twice.
nlohmann::json parse_strictly(const std::string& text);

}  // namespace convoy
