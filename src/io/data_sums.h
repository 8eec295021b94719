#pragma once

#include <string>
#include <utility>
#include <vector>

namespace convoy {

/// What data a run depends on: files, or folders as a whole, each with its SHA-256.
using DataSums = std::vector<std::pair<std::string, std::string>>;

}  // namespace convoy
