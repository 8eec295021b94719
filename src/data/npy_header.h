#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/number_array.h"

namespace convoy {

/// What stands before the numbers of an .npy file.
struct NpyHeader {
  NumberType type;
  bool columns_first = false;  ///< "fortran_order": the first dimension is the fastest
  std::vector<std::uint64_t> extents;
};

/// Parses {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }. Throws Error{data}, with the file's
/// name, for anything else.
NpyHeader parse_npy_header(const std::string& text, const std::filesystem::path& name);

}  // namespace convoy
