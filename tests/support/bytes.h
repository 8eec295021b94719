#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convoy::test {

using Bytes = std::vector<std::uint8_t>;

inline std::string big_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i) & 255U);
  return text;
}

inline std::string little_endian(std::uint64_t number, int bytes) {
  const std::string text = big_endian(number, bytes);
  return {text.rbegin(), text.rend()};
}

}  // namespace convoy::test
