#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The checksum in every file of tensors that convoy writes: an entry "convoy_checksum" of eight hexadecimal digits in
/// its metadata, which other readers of safetensors ignore. It is the CRC-32 of zlib over the whole file, from the
/// header's length to the last number, with its own digits taken as zeros. CRC-32 finds every flipped bit and every run
/// of damage up to 32 bits, and other damage except for one case in 2^32; a cryptographic hash would find no more
/// accidental damage and take ten times as long at each checkpoint. Whoever changes a file on purpose can change the
/// checksum as well.
namespace convoy {

inline constexpr const char* checksum_key = "convoy_checksum";  ///< in a file's metadata
inline constexpr const char* blank_checksum = "00000000";       ///< in the place of the digits while they are computed

/// The position in a file's header of the checksum's digits, which are `digits`; nothing where the header has no such
/// entry.
std::optional<std::size_t> checksum_place(std::string_view header, const std::string& digits);

/// The checksum of a file that consists of these pieces, one of which contains the blank checksum.
std::string checksum_of(std::span<const std::string_view> pieces);

}  // namespace convoy
