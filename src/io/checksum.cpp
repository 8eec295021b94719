#include "io/checksum.h"

#include <zlib.h>

#include "core/utf8.h"

namespace convoy {

std::optional<std::size_t> checksum_place(std::string_view header, const std::string& digits) {
  // Within a JSON text these quotes would have backslashes, so only a key looks like this.
  const std::string entry = std::string("\"") + checksum_key + "\":\"" + digits + "\"";
  const std::size_t found = header.find(entry);
  if (found == std::string_view::npos) return {};
  return found + entry.size() - 1 - digits.size();
}

std::string checksum_of(std::span<const std::string_view> pieces) {
  uLong crc = crc32_z(0, nullptr, 0);
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;  // to zlib, no bytes at no address mean: begin anew
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
  }
  return hex(static_cast<char32_t>(crc), 8);
}

}  // namespace convoy
