#include <algorithm>
#include <array>
#include <fstream>

#include "convoy/model_data.h"
#include "core/fail.h"
#include "core/file_state.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Two zeros, a type of numbers, a rank.
bool has_idx_magic(const fs::path& file) {
  std::array<char, 4> bytes = {1, 1, 1, 1};
  std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size());
  return bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 0x08 && bytes[2] <= 0x0e && bytes[3] >= 1 && bytes[3] <= 4;
}

/// Compressed files show it by their names, and so do folders that some archives unpack each file into.
bool is_idx(const fs::directory_entry& entry) {
  std::error_code ignored;
  const std::string name = entry.path().filename().string();
  return name.find("-ubyte") != std::string::npos || (entry.is_regular_file(ignored) && has_idx_magic(entry.path()));
}

}  // namespace

std::string dataset_kind_of(const fs::path& folder) {
  if (const std::string why = why_no_folder(folder); !why.empty()) fail(folder, why);
  std::error_code error;
  bool has_folder = false;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_idx(*entry)) return "idx";
    std::error_code ignored;
    has_folder = has_folder || entry->is_directory(ignored);
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  if (has_folder) return "image_folder";
  fail(folder, "expected idx files, or a subfolder of images for each class");
}

}  // namespace convoy
