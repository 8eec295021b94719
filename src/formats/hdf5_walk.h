#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "formats/hdf5_file.h"

namespace convoy::formats {

/// Takes what a walk finds.
struct Hdf5Visitor {
  std::function<void(const std::string& path, const Hdf5Array& array)> array;
  std::function<void(const std::string& attribute, const std::vector<std::string>& texts)> texts;
};

/// What a walk may come upon before it gives up: bytes of the file, which data sets may share, but not ever again.
struct Hdf5Limits {
  std::size_t bytes = 0;
  std::size_t unpacked = 0;  ///< of what is compressed, when it is not
  int objects = 1'000'000;
  int depth = 32;
};

/// Goes through a file on disk, or in memory where `image` is not empty. Throws std::runtime_error for what it does not
/// read; damaged files may end the process, or keep it busy forever.
void walk_hdf5(const std::string& file, std::span<const std::byte> image, Hdf5Limits limits,
               const Hdf5Visitor& visitor);

}  // namespace convoy::formats
