#pragma once

#include <filesystem>
#include <optional>

#include "data/number_array.h"

namespace convoy {

/// Reads NumPy's .npy format, versions 1 to 3, rows or columns first, any order of bytes, from its first byte on.
/// `name` is what messages call the file. Throws Error{data} when header and length do not fit, and for other numbers
/// than booleans, integers and floats.
NumberArray read_npy(const ByteSource& source, const std::filesystem::path& name);
NumberArray read_npy(const std::filesystem::path& file);

}  // namespace convoy
