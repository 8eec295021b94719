#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/array_samples.h"

namespace convoy {

/// The arrays of one .npz file or of the .npy files in one folder.
struct NumpyArrays {
  std::filesystem::path place;  ///< the .npz file or the folder
  Texts names;                  ///< of the arrays, without ".npy"
  std::function<std::filesystem::path(const std::string& name)> file_of;
  std::function<NamedArray(const std::string& name)> read;  ///< throws Error{data}
};

/// Finds arrays at a path: an .npz file, a folder with one, or a folder of .npy files. `hint` ends a message about
/// missing arrays. Throws Error{data} where there are none, or several .npz files.
NumpyArrays find_numpy_arrays(const std::filesystem::path& path, const std::string& hint);

}  // namespace convoy
