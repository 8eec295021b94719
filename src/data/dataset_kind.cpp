#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "convoy/model_data.h"
#include "core/fail.h"
#include "core/file_state.h"
#include "core/text.h"
#include "data/csv_files.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Whether a file begins as an idx file: with two zeros, a type of numbers and a rank.
bool has_idx_magic(const fs::path& file) {
  std::array<char, 4> bytes = {1, 1, 1, 1};
  std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size());
  return bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 0x08 && bytes[2] <= 0x0e && bytes[3] >= 1 && bytes[3] <= 4;
}

/// Whether an entry of a folder is an idx file by its name, as compressed ones and folders that some archives unpack
/// each file into, or by its first bytes.
bool is_idx(const fs::directory_entry& entry) {
  std::error_code ignored;
  const std::string name = entry.path().filename().string();
  return name.find("-ubyte") != std::string::npos || (entry.is_regular_file(ignored) && has_idx_magic(entry.path()));
}

/// Whether this is the name of a file of CIFAR, or of a folder that its archive unpacks into.
bool named_as_cifar(const fs::path& path) {
  const Texts names = {"data_batch_1.bin", "test_batch.bin",       "train.bin",
                       "test.bin",         "cifar-10-batches-bin", "cifar-100-binary"};
  return std::ranges::find(names, path.filename().string()) != names.end();
}

/// Whether a file's name ends in .npz or .npy, in any case of letters, and is not hidden.
bool named_as_numpy(const fs::path& file) {
  const std::string ending = lower_case(file.extension().string());
  return (ending == ".npz" || ending == ".npy") && !file.filename().string().starts_with('.');
}

/// The kind of data set that the entry of a folder suggests, or "".
std::string kind_of_entry(const fs::directory_entry& entry) {
  if (is_idx(entry)) return "idx";
  if (named_as_cifar(entry.path())) return "cifar";
  std::error_code ignored;
  if (entry.is_directory(ignored)) return "image_folder";
  if (named_as_numpy(entry.path())) return "numpy";
  return named_as_csv(entry.path()) ? "csv" : "";
}

/// The kind of data set in one file. Throws Error{data} for other names than .npz, .npy and .csv.
std::string dataset_kind_of_file(const fs::path& file) {
  if (named_as_numpy(file)) return "numpy";
  if (named_as_csv(file)) return "csv";
  fail(file, "expected a folder of data, or an .npz or .csv file");
}

}  // namespace

std::string dataset_kind_of(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return dataset_kind_of_file(path);
  if (const std::string why = why_no_folder(path); !why.empty()) fail(path, why);
  std::set<std::string> kinds;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    kinds.insert(kind_of_entry(*entry));
  }
  if (error) fail(path, "cannot be read: " + error.message());
  // A table beside folders of images may describe them, so the folders come first.
  for (const char* kind : {"idx", "cifar", "image_folder", "numpy", "csv"}) {
    if (kinds.contains(kind)) return kind;
  }
  fail(path,
       "expected idx files, NumPy's arrays, CIFAR's .bin files, CSV files, or a subfolder of images for each class");
}

}  // namespace convoy
