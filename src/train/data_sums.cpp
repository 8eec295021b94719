#include "train/data_sums.h"

#include <filesystem>

#include "core/name_text.h"
#include "data/registry.h"
#include "io/sha256.h"

namespace convoy {

DataSums sums_of_data(const Settings& data) {
  const std::filesystem::path folder = data.text("path");
  const bool each = data.text("dataset") == "idx";
  DataSums sums;
  std::string lines;  // as sha256sum prints them: a line a file
  for (const auto& file : dataset_type(data).files(data)) {
    const std::string name = file.lexically_relative(folder).string();
    const std::string sum = sha256_of_file(file);
    if (each) sums.emplace_back(name_text(name), sum);
    lines += sum + "  " + name + "\n";
  }
  return each ? sums : DataSums{{"all images", sha256(lines)}};
}

}  // namespace convoy
