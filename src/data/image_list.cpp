#include <algorithm>
#include <system_error>

#include "convoy/dataset.h"
#include "core/fail.h"
#include "data/image_format.h"

namespace convoy {

namespace fs = std::filesystem;

ImageList list_images(const fs::path& folder) {
  ImageList list;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    const bool is_folder = entry->is_directory(ignored);
    if (name.front() == '.' || name == "__MACOSX") {
      if (is_folder) entry.disable_recursion_pending();
    } else if (!is_folder) {
      if (named_as_image(entry->path()) || is_image_file(entry->path())) {  // reading reports why it cannot be read
        list.files.push_back(entry->path());
      } else {
        ++list.passed_over;
      }
    }
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  std::ranges::sort(list.files);
  return list;
}

}  // namespace convoy
