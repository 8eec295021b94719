#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace convoy {

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits. A few lines of our own: a cryptography library would double the time
/// that the program takes to start.
std::string sha256(std::string_view bytes);

/// Of a file's bytes. Throws Error{data} when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace convoy
