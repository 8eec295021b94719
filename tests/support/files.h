#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
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

/// A named pipe that nobody writes into or reads from: whoever opens it waits for ever.
inline std::filesystem::path make_pipe(const std::filesystem::path& file) {
  if (mkfifo(file.c_str(), 0600) != 0) throw std::runtime_error(file.string() + ": no pipe could be made");
  return file;
}

}  // namespace convoy::test
