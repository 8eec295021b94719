#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace convoy::test {

/// An idx file of these extents. 8 is the type of bytes.
inline std::string idx_file(const std::vector<std::uint32_t>& extents, const std::string& values, int type = 8) {
  std::string bytes = {0, 0, static_cast<char>(type), static_cast<char>(extents.size())};
  for (const auto extent : extents) bytes += big_endian(extent, 4);
  return bytes + values;
}

}  // namespace convoy::test
