#pragma once

#include <filesystem>
#include <optional>

#include "data/number_array.h"

namespace convoy {

/// Reads an array in NumPy's .npy format, versions 1 to 3, with rows or columns first and any order of bytes, from a
/// source at its beginning or from a file, which may be gzip. `name` is the file's name for messages. Throws
/// Error{data} when header and length do not fit, and for other numbers than booleans, integers and floats.
NumberArray read_npy(const ByteSource& source, const std::filesystem::path& name);
NumberArray read_npy(const std::filesystem::path& file);

}  // namespace convoy
