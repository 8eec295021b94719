#include "io/data_sums.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "convoy/foreign_text.h"
#include "core/name_text.h"
#include "data/registry.h"
#include "io/sha256.h"

namespace convoy {
namespace {

constexpr const char* all_images = "all images";  ///< the name of the one sum over a folder of images

}  // namespace

bool has_sum_of_each_file(const Settings& data) { return dataset_type(data).few_files; }

DataSums sums_of_data(const Settings& data, Need need) {
  std::filesystem::path folder = data.text("path");
  std::error_code ignored;
  if (std::filesystem::is_regular_file(folder, ignored)) folder = folder.parent_path();
  const bool each = has_sum_of_each_file(data);
  DataSums sums;
  std::string lines;  // as sha256sum prints them: a line a file
  for (const auto& file : dataset_type(data).files(data, need)) {
    const std::string name = file.lexically_relative(folder).string();
    const std::string sum = sha256_of_file(file);
    if (each) sums.emplace_back(name_text(name), sum);
    lines += sum + "  " + name + "\n";
  }
  return each ? sums : DataSums{{all_images, sha256(lines)}};
}

std::string first_change(const DataSums& trained, const DataSums& now) {
  for (const auto& [file, sum] : trained) {
    const auto same = std::ranges::find(now, file, &DataSums::value_type::first);
    if (same != now.end() && same->second == sum) continue;
    if (file == all_images) return "an image was added, removed, renamed or changed";
    return shown(file) + (same == now.end() ? " is missing" : " has other contents");
  }
  return "";
}

}  // namespace convoy
