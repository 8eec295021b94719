#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace convoy {

/// An array of bytes from a file in the idx format of the MNIST pages.
struct IdxArray {
  std::vector<int> extents;
  std::vector<std::uint8_t> values;
};

/// Reads an idx file of unsigned bytes, raw or gzip. Throws Error{data} when magic, extents and length do not fit.
IdxArray read_idx(const std::filesystem::path& file);

}  // namespace convoy
