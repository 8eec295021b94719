#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>

namespace convoy {

// The text files of a run folder. It may come from a stranger: no file is read without a limit on its size, pipes and
// devices are refused rather than waited for, and no file is written through a link.

/// Opens a file for reading; where there is none, the stream is closed and empty. Throws Error{data} for more than
/// `most` bytes, for anything but a regular file, and where it cannot be read.
std::ifstream open_text(const std::filesystem::path& file, std::uintmax_t most);

/// The whole text of a file, "" where there is none. Throws as open_text.
std::string read_text(const std::filesystem::path& file, std::uintmax_t most);

/// Reads the next line of at most `longest` characters into `line`, skipping longer ones without storing them. False at
/// the end.
bool next_line(std::istream& stream, std::string& line, std::size_t longest);

/// Appends a line to a file in one write, whole or not at all; makes the file if there is none. Throws Error{failed}
/// where that is not possible, or the file is a symbolic link or not a regular file.
void append_line(const std::filesystem::path& file, std::string_view line);

}  // namespace convoy
