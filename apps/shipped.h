#pragma once

#include <filesystem>

namespace convoy::app {

/// A file or folder that comes with convoy, "configs/experiments" or "data/mnist": in the current folder, in the source
/// tree around the program, or where it is installed. Empty where it is in none.
std::filesystem::path shipped(const std::filesystem::path& inside);

}  // namespace convoy::app
