#include "data/numpy_arrays.h"

#include <algorithm>
#include <memory>
#include <system_error>

#include "core/fail.h"
#include "core/file_state.h"
#include "core/text.h"
#include "data/npy.h"
#include "data/npz.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The arrays of an .npz file, which stays open as long as they are used. Throws Error{data} for another file.
NumpyArrays arrays_of_file(const fs::path& file) {
  const auto npz = std::make_shared<NpzFile>(file);
  return {file, npz->names(), [file](const std::string&) { return file; },
          [npz](const std::string& name) {
            return NamedArray{npz->title(name), npz->read(name)};
          }};
}

NumpyArrays arrays_of_folder(const fs::path& folder, const std::vector<fs::path>& files) {
  Texts names;
  for (const fs::path& file : files) names.push_back(file.stem().string());
  const auto file_of = [folder](const std::string& name) { return folder / (name + ".npy"); };
  return {folder, names, file_of, [file_of](const std::string& name) {
            return NamedArray{file_of(name), read_npy(file_of(name))};
          }};
}

/// The files of a folder with that ending, but for hidden ones, sorted. Throws Error{data} where it cannot be read.
std::vector<fs::path> files_ending(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& file = entry->path();
    std::error_code ignored;
    const bool hidden = file.filename().string().starts_with('.');  // macOS leaves "._x_train.npy"
    if (!hidden && file.extension() == ending && entry->is_regular_file(ignored)) files.push_back(file);
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  std::ranges::sort(files);
  return files;
}

}  // namespace

NumpyArrays find_numpy_arrays(const fs::path& path, const std::string& hint) {
  const std::string end = hint.empty() ? "" : "; " + hint;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) return arrays_of_file(path);
  if (const std::string why = why_no_folder(path); !why.empty()) fail(path, why + end);
  const std::vector<fs::path> npz = files_ending(path, ".npz");
  if (npz.size() > 1) {
    fail(path, "several .npz files, of which data.path may name one: " + npz[0].filename().string() + ", " +
                   npz[1].filename().string() + (npz.size() > 2 ? ", ..." : ""));
  }
  if (npz.size() == 1) return arrays_of_file(npz.front());
  const std::vector<fs::path> npy = files_ending(path, ".npy");
  if (npy.empty()) fail(path, "no .npz and no .npy file in it" + end);
  return arrays_of_folder(path, npy);
}

}  // namespace convoy
