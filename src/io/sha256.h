#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace convoy {

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits. It is written here since a cryptography library would double the time
/// that the program takes to start.
std::string sha256(std::string_view bytes);

/// SHA-256 of a file's bytes. Throws Error{data} where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace convoy
