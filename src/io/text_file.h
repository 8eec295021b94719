#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>

namespace convoy {

// The text files of a run folder. It may come from a stranger: no file is read without a bound, none that is not a
// regular file is waited for, and none is written through a link.

/// Opens a file for reading; where there is none, the stream has nothing in it. Throws Error{data} for a file of more
/// than `most` bytes and for what is no regular file.
std::ifstream open_text(const std::filesystem::path& file, std::uintmax_t most);

/// All of a file that open_text would open.
std::string read_text(const std::filesystem::path& file, std::uintmax_t most);

/// Reads the next line of at most `longest` characters and leaves longer ones out, in memory for one of them. False at
/// the end.
bool next_line(std::istream& stream, std::string& line, std::size_t longest);

/// Adds a line to a file, in one write, and wholly or not at all. Throws Error{failed} where that does not work, as
/// with a symbolic link.
void append_line(const std::filesystem::path& file, std::string_view line);

}  // namespace convoy
