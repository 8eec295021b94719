#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace convoy {

/// Replaces a file's contents as one step: a temporary file beside it is written, flushed to disk and renamed, so a
/// reader finds the old contents or the new ones, whatever happens. The pieces are written one after the other. Throws
/// Error{failed}; the old file is then untouched and nothing is left behind.
void write_file_atomically(const std::filesystem::path& file, std::span<const std::string_view> pieces);
void write_file_atomically(const std::filesystem::path& file, std::string_view contents);

/// Whether `name` is what the temporary file for `file` may be called: a process that was killed leaves it behind.
bool is_temporary_name_of(std::string_view name, std::string_view file);

}  // namespace convoy
