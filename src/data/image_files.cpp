#include "data/image_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "core/fail.h"
#include "core/name_text.h"
#include "data/image_format.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_nested = 16;
constexpr std::size_t most_examples = 3;

/// Whether an entry is hidden, or a folder that macOS, Windows or network storage leaves everywhere.
bool is_litter(const fs::path& path) {
  constexpr std::array<std::string_view, 5> names = {"__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN",
                                                     "System Volume Information"};
  const std::string name = path.filename().string();
  return name.starts_with('.') || std::ranges::find(names, name) != names.end();
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool has_nothing(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_empty(folder, ignored);
}

/// Whether a path is a folder to search: neither hidden or a system's, nor empty.
bool is_to_search(const fs::path& path) { return is_folder(path) && !is_litter(path) && !has_nothing(path); }

/// Whether a path is a file to read as an image, by its name or first bytes. A file that cannot be read, as a link to
/// nothing, counts by its name, so that reading it reports the error.
bool is_to_read(const fs::path& path) {
  return !is_folder(path) && !is_litter(path) && (named_as_image(path) || is_image_file(path));
}

/// All entries of a folder, sorted by name. Throws Error{data} where it cannot be read.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) fail(folder, "cannot be read: " + error.message());
  std::ranges::sort(paths);
  return paths;
}

/// The path of a folder with all links resolved.
fs::path place_of(const fs::path& folder) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(folder, error);
  return error ? folder : place;
}

/// Searches a folder of class folders for images.
class ImageSearch {
 public:
  /// Does the whole search. Throws Error{data} where a folder cannot be read or nests too deep.
  explicit ImageSearch(const fs::path& root) : root_(root), root_place_(place_of(root)) {
    const std::vector<fs::path> paths = entries(root);
    for (const fs::path& path : paths) {
      if (is_class(path)) class_places_.push_back(place_of(path));
    }
    for (const fs::path& path : paths) {
      if (is_class(path)) {
        found_.classes.push_back({name_text(path.filename().string()), {}});
        search_class(path);
        std::ranges::sort(found_.classes.back().files);
      } else if (is_to_read(path)) {
        pass_over(path, found_.without_class);
      } else {
        pass_over(path, found_.passed_over);
      }
    }
  }

  /// The result, which is moved out.
  ImageFiles take() { return std::move(found_); }

 private:
  static bool is_class(const fs::path& path) { return is_folder(path) && !is_litter(path); }

  /// Searches a class folder, or passes over a link to a folder around the root.
  void search_class(const fs::path& folder) {
    const fs::path place = place_of(folder);
    if (is_around(place)) return pass_over(folder, found_.passed_over);
    search(folder, place);
  }

  /// Searches a folder within a class. Passes over a link that leads back to a folder above it, or to another class,
  /// whose images would be in two classes.
  void search_inner(const fs::path& folder) {
    const fs::path place = place_of(folder);
    const bool circle = is_around(place) || std::ranges::find(above_, place) != above_.end();
    const bool is_a_class = std::ranges::find(class_places_, place) != class_places_.end();
    if (circle || is_a_class) return pass_over(folder, found_.passed_over);
    search(folder, place);
  }

  /// Adds the images in a folder and below it to the last class, and notes all other entries. Throws Error{data}.
  void search(const fs::path& folder, const fs::path& place) {
    if (above_.size() == most_nested) fail(folder, "lies more than " + std::to_string(most_nested) + " folders deep");
    above_.push_back(place);
    for (const fs::path& path : entries(folder)) {
      if (is_to_search(path)) {
        search_inner(path);
      } else if (is_to_read(path)) {
        found_.classes.back().files.push_back(path);
      } else {
        pass_over(path, found_.passed_over);
      }
    }
    above_.pop_back();
  }

  /// Whether a place is the root of the search or a folder above it.
  bool is_around(const fs::path& place) const { return std::ranges::mismatch(place, root_place_).in1 == place.end(); }

  /// Counts an entry in `where`, with its name among the first examples.
  void pass_over(const fs::path& path, PassedOver& where) const {
    ++(is_folder(path) ? where.folders : where.files);
    if (where.examples.size() < most_examples) {
      where.examples.push_back(path.lexically_relative(root_).string());
    }
  }

  fs::path root_;
  fs::path root_place_;
  std::vector<fs::path> class_places_;
  ImageFiles found_;
  std::vector<fs::path> above_;  ///< resolved paths of the present folder and those above it, up to the class
};

/// "1 file", "2 files"; "" for 0.
std::string counted(int count, const std::string& thing) {
  return count == 0 ? "" : std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

}  // namespace

std::string PassedOver::text() const {
  if (files + folders == 0) return "";
  std::string text = counted(files, "file") + (files > 0 && folders > 0 ? " and " : "") + counted(folders, "folder");
  for (std::size_t i = 0; i < examples.size(); ++i) text += (i == 0 ? " (" : ", ") + examples[i];
  return text + (examples.size() < static_cast<std::size_t>(files + folders) ? ", ...)" : ")");
}

ImageFiles find_images(const fs::path& folder) { return ImageSearch(folder).take(); }

std::vector<fs::path> subfolders(const fs::path& folder) {
  std::vector<fs::path> folders = entries(folder);
  std::erase_if(folders, [](const fs::path& path) { return !is_folder(path) || is_litter(path); });
  return folders;
}

}  // namespace convoy
