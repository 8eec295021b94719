#pragma once

#include <filesystem>

#include "data/number_array.h"

namespace convoy {

/// Reads a file in the idx format of the MNIST pages, raw or gzip. Throws Error{data} when magic, extents and length do
/// not fit; what is another kind of file is called by its name.
NumberArray read_idx(const std::filesystem::path& file);

}  // namespace convoy
