#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// What an idx file's numbers are: the third byte of its magic.
enum class IdxType : std::uint8_t { bytes = 8, signed_bytes = 9, shorts = 11, ints = 12, floats = 13, doubles = 14 };

/// An array from a file in the idx format of the MNIST pages.
struct IdxArray {
  std::vector<int> extents;
  IdxType type = IdxType::bytes;
  std::vector<std::uint8_t> values;  ///< big-endian

  std::size_t size() const;            ///< numbers
  double number(std::size_t i) const;  ///< any type's
  /// "500 x 28 x 28 of bytes"
  std::string text() const;
};

/// Reads an idx file, raw or gzip. Throws Error{data} when magic, extents and length do not fit; what is another
/// kind of file is called by its name.
IdxArray read_idx(const std::filesystem::path& file);

}  // namespace convoy
