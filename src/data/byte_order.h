#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace convoy {

using ByteSpan = std::span<const std::uint8_t>;

enum class ByteOrder { big_endian, little_endian };

/// The unsigned number in `count` bytes at `at`; nothing where the bytes end before.
inline std::optional<std::uint32_t> number_at(ByteSpan bytes, std::size_t at, std::size_t count, ByteOrder order) {
  if (at > bytes.size() || count > bytes.size() - at) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t next = order == ByteOrder::big_endian ? i : count - 1 - i;
    number = number << 8U | bytes[at + next];
  }
  return number;
}

/// Whether the bytes from `at` on begin with this text.
inline bool text_at(ByteSpan bytes, std::size_t at, std::string_view text) {
  if (at > bytes.size() || text.size() > bytes.size() - at) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (bytes[at + i] != static_cast<std::uint8_t>(text[i])) return false;
  return true;
}

}  // namespace convoy
