#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <string>
#include <string_view>

namespace convoy {

/// Reads the next line of at most `longest` characters and leaves longer ones out, in memory for one of them. False at
/// the end.
bool next_line(std::istream& stream, std::string& line, std::size_t longest);

/// Adds a line to a file, in one write. Throws Error{failed} where that does not work, as with a symbolic link: a run
/// folder that came from a stranger must not lead outside of itself.
void append_line(const std::filesystem::path& file, std::string_view line);

}  // namespace convoy
