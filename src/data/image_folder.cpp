#include <algorithm>
#include <numeric>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/name_text.h"
#include "core/random.h"
#include "data/kinds.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::data, shown(path.string()) + ": " + what);
}

/// What lies in a folder, by name; hidden entries left out.
std::vector<fs::path> entries(const fs::path& folder, bool folders) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const bool hidden = entry.path().filename().string().front() == '.';
    if (!hidden && entry.is_directory() == folders) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

Texts class_names(const fs::path& folder) {
  Texts names;
  for (const auto& path : entries(folder, true)) names.push_back(name_text(path.filename().string()));
  return names;
}

Dataset load_classes(const fs::path& folder, const Texts& classes, const ImageFolderOptions& options) {
  Dataset::Storage storage;
  storage.shape = options.shape;
  storage.class_names = classes;
  storage.source = folder.string();
  for (const auto& path : entries(folder, true)) {
    const auto known = std::ranges::find(classes, name_text(path.filename().string()));
    if (known == classes.end()) fail(path, "a class that the training images do not have");
    for (const auto& file : entries(path, false)) {
      const auto pixels = load_image(file, options.shape, options.image);
      storage.bytes.insert(storage.bytes.end(), pixels.begin(), pixels.end());
      storage.labels.push_back(static_cast<int>(known - classes.begin()));
    }
  }
  if (storage.labels.empty()) fail(folder, "no images in its class folders");
  return Dataset(std::move(storage));
}

std::vector<int> shuffled(int count, std::uint64_t seed) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  Random random(seed, Purpose::split, 1);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  return order;
}

DataSplits split_off_test(const Dataset& all, const ImageFolderOptions& options) {
  const std::vector<int> order = shuffled(all.size(), options.seed);
  const auto test = static_cast<std::size_t>(std::max(1.0, options.test_fraction * all.size()));
  if (test >= order.size()) fail(all.storage().source, "too few images to set some aside for testing");
  const std::span<const int> view(order);
  return {.train = all.select(view.subspan(test)), .validation = {}, .test = all.select(view.first(test))};
}

}  // namespace

DataSplits load_image_folder(const fs::path& folder, const ImageFolderOptions& options) {
  if (!fs::is_directory(folder)) fail(folder, "no such folder" + (options.hint.empty() ? "" : "; " + options.hint));
  const bool divided = fs::is_directory(folder / "train") && fs::is_directory(folder / "test");
  const fs::path first = divided ? folder / "train" : folder;
  const Texts classes = class_names(first);
  if (classes.size() < 2) {
    fail(first, "expected a subfolder of images for each class, found " + std::to_string(classes.size()));
  }
  const Dataset all = load_classes(first, classes, options);
  if (!divided) return split_off_test(all, options);
  return {.train = all, .validation = {}, .test = load_classes(folder / "test", classes, options)};
}

}  // namespace convoy
