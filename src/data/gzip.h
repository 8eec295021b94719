#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace convoy {

/// The bytes of a file, decompressed if it is gzip. Throws Error{data} for a file that cannot be read, is damaged or
/// holds more than `most` bytes.
std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& file, std::size_t most);

}  // namespace convoy
