#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "io/checksum.h"

namespace convoy::test {

/// The file with the right checksum, if its header has one: damage of any other kind then reaches the parser, which
/// would refuse all of it otherwise.
inline std::vector<std::uint8_t> with_right_checksum(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  std::uint64_t length = 0;
  if (size < sizeof length) return bytes;
  std::memcpy(&length, data, sizeof length);
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view header = all.substr(sizeof length, length);
  const std::string opening = std::string("\"") + checksum_key + "\":\"";
  const std::size_t found = header.find(opening);
  if (found == std::string_view::npos) return bytes;
  const std::size_t place = sizeof length + found + opening.size();
  const std::string blank = blank_checksum;
  if (place + blank.size() > bytes.size()) return bytes;
  std::memcpy(bytes.data() + place, blank.data(), blank.size());
  const std::string sum = checksum_of({&all, 1});
  std::memcpy(bytes.data() + place, sum.data(), sum.size());
  return bytes;
}

}  // namespace convoy::test
