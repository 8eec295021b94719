#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace convoy::formats {

/// A data set to be written: of floats, or of whole numbers; the groups of its path are made.
struct Hdf5Data {
  std::string path;  ///< "layers/conv2d/vars/0"
  std::vector<std::int64_t> shape;
  std::span<const float> floats;
  std::vector<std::uint32_t> numbers = {};  ///< written where there are no floats
};

/// An HDF5 file as bytes, the same each time. Throws Error{failed} where libhdf5 cannot make it.
std::vector<std::byte> hdf5_bytes(const std::vector<Hdf5Data>& data);

}  // namespace convoy::formats
