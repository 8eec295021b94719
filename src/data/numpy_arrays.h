#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/array_samples.h"

namespace convoy {

/// Arrays that lie together, in one .npz file or as .npy files of one folder.
struct NumpyArrays {
  std::filesystem::path place;  ///< that file or folder
  Texts names;                  ///< without ".npy"
  std::function<std::filesystem::path(const std::string& name)> file_of;
  std::function<NamedArray(const std::string& name)> read;
};

/// Finds them at a path: an .npz file, a folder with one, or a folder of .npy files. `hint` ends a message about
/// missing ones. Throws Error{data} where there are none, or several .npz files.
NumpyArrays find_numpy_arrays(const std::filesystem::path& path, const std::string& hint);

}  // namespace convoy
