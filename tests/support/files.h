#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace convoy::test {

/// All bytes of a file; nothing where there is none.
inline std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace convoy::test
