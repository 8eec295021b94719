#include "data/folder_layout.h"

#include <algorithm>

#include "convoy/settings.h"
#include "core/fail.h"
#include "core/text.h"
#include "data/image_files.h"
#include "data/part_names.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Removes the folders with one of these names, in any case, from `folders` and returns them.
std::vector<fs::path> take_named(std::vector<fs::path>& folders, const Texts& names) {
  std::vector<fs::path> taken;
  std::erase_if(folders, [&](const fs::path& path) {
    const bool one = std::ranges::find(names, lower_case(path.filename().string())) != names.end();
    if (one) taken.push_back(path);
    return one;
  });
  return taken;
}

/// The only candidate for a part, or "" where there is none. Throws Error{data} where there are several.
fs::path only(const fs::path& folder, const std::vector<fs::path>& candidates, const std::string& part) {
  if (candidates.empty()) return {};
  if (candidates.size() == 1) return candidates.front();
  fail(folder, "which is the " + part + " part, " + candidates[0].filename().string() + "/ or " +
                   candidates[1].filename().string() + "/? Rename one of them");
}

/// "bus, cat": the names of the folders.
std::string names_of(const std::vector<fs::path>& folders) {
  std::string names;
  for (const fs::path& path : folders) names += (names.empty() ? "" : ", ") + path.filename().string();
  return names;
}

}  // namespace

FolderLayout layout_of(const fs::path& folder) {
  std::vector<fs::path> others = subfolders(folder);
  const auto train = take_named(others, names_of_training);
  const auto validation = take_named(others, names_of_validation);
  const auto test = take_named(others, names_of_test);
  const int parts = (train.empty() ? 0 : 1) + (validation.empty() ? 0 : 1) + (test.empty() ? 0 : 1);
  FolderLayout layout{.train = {}, .validation = {}, .test = {}};
  layout.divided = parts > 1 || (parts == 1 && others.empty());
  if (layout.divided) {
    layout.train = only(folder, train, "training");
    layout.validation = only(folder, validation, "validation");
    layout.test = only(folder, test, "test");
    layout.beside = names_of(others);
    if (!others.empty()) layout.notes.push_back(folder.string() + ": passed over beside its parts: " + layout.beside);
  } else if (parts == 1) {
    std::vector<fs::path> classes = train;
    classes.insert(classes.end(), validation.begin(), validation.end());
    classes.insert(classes.end(), test.begin(), test.end());
    layout.notes.push_back(folder.string() + ": " + names_of(classes) +
                           " is taken as a class, as no other part is there");
  }
  return layout;
}

}  // namespace convoy
