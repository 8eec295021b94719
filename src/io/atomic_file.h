#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace convoy {

/// Replaces a file's contents, made of the pieces in their order, in one step: a temporary file beside it is written,
/// flushed to disk and renamed, so a reader finds either the old contents or the new ones. Throws Error{failed}; the
/// old file is then untouched and the temporary one deleted.
void write_file_atomically(const std::filesystem::path& file, std::span<const std::string_view> pieces);
void write_file_atomically(const std::filesystem::path& file, std::string_view contents);

/// Whether `name` is a possible name of the temporary file for `file`, which a killed process leaves behind.
bool is_temporary_name_of(std::string_view name, std::string_view file);

}  // namespace convoy
