#include "train/data_sums.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/name_text.h"
#include "io/sha256.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// `Iterator` says whether those in subfolders count.
template <class Iterator>
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : Iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

DataSums sums_of_idx(const fs::path& folder) {
  DataSums sums;
  for (const auto& file : files_in<fs::directory_iterator>(folder)) {
    if (file.filename().string().find("-ubyte") != std::string::npos) {
      sums.emplace_back(name_text(file.filename().string()), sha256_of_file(file));
    }
  }
  return sums;
}

/// As sha256sum prints them: a line a file.
DataSums sum_of_folder(const fs::path& folder) {
  std::string lines;
  for (const auto& file : files_in<fs::recursive_directory_iterator>(folder)) {
    lines += sha256_of_file(file) + "  " + fs::relative(file, folder).string() + "\n";
  }
  return {{"all images", sha256(lines)}};
}

}  // namespace

DataSums sums_of_data(const Settings& data) {
  const fs::path folder = data.text("path");
  return data.text("dataset") == "idx" ? sums_of_idx(folder) : sum_of_folder(folder);
}

}  // namespace convoy
