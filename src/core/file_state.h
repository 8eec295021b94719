#pragma once

#include <filesystem>
#include <string>

namespace convoy {

/// Why a path is not a readable file, such as "no such file" or "cannot be read: Permission denied"; "" for a regular
/// file that this process may read.
std::string why_unreadable(const std::filesystem::path& file);

/// Why a path is not a folder, such as "no such folder"; "" for a folder.
std::string why_no_folder(const std::filesystem::path& folder);

}  // namespace convoy
