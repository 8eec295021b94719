#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The checksum in every file of tensors that convoy writes: an entry "convoy_checksum" of eight hexadecimal digits in
/// its metadata, which other readers of safetensors pass over. It is the CRC-32 of zlib over the whole file, from the
/// header's length to the last number, with its own digits taken as zeros. CRC-32 finds every flipped bit and every
/// run of damage up to 32 bits, and other damage but for one case in 2^32; a cryptographic hash would find no more of
/// those and take ten times as long at each checkpoint. Who changes a file on purpose can change the checksum as well.
namespace convoy {

inline constexpr const char* checksum_key = "convoy_checksum";
inline constexpr const char* blank_checksum = "00000000";

/// Where the digits are in a file's header, if it has a checksum, as `digits` says.
std::optional<std::size_t> checksum_place(std::string_view header, const std::string& digits);

/// The digits for a file of these pieces, which have the blank checksum in them.
std::string checksum_of(std::span<const std::string_view> pieces);

}  // namespace convoy
