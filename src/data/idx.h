#pragma once

#include <filesystem>

#include "data/number_array.h"

namespace convoy {

/// Reads a file in the idx format of the MNIST pages, raw or gzip. Throws Error{data} for a file that cannot be read,
/// is of another kind (which the message names if it is known), or whose magic, extents and length do not fit.
NumberArray read_idx(const std::filesystem::path& file);

}  // namespace convoy
