#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/number_array.h"

namespace convoy {

/// The description of an array at the beginning of an .npy file.
struct NpyHeader {
  NumberType type;
  bool columns_first = false;  ///< "fortran_order": the first dimension is the fastest
  std::vector<std::uint64_t> extents;
};

/// Parses a header such as {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }. Throws Error{data},
/// with the file's name, for other text, other types than booleans, integers and floats, and more than 8 dimensions or
/// none.
NpyHeader parse_npy_header(const std::string& text, const std::filesystem::path& name);

}  // namespace convoy
