#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// The entries of a folder that do not belong to the data set.
struct PassedOver {
  int files = 0;
  int folders = 0;  ///< hidden, empty, __MACOSX ... or links in circles; their contents are not counted
  std::vector<std::string> examples = {};  ///< the first few, relative to the folder

  /// One line with counts and examples; "" where both counts are 0.
  std::string text() const;
};

/// The images of one class.
struct ClassFiles {
  std::string name;                          ///< the folder's name, as name_text() writes it
  std::vector<std::filesystem::path> files;  ///< sorted by name; empty for a folder without an image
};

/// The images in a folder's class folders, at any depth, and the entries that were passed over.
struct ImageFiles {
  std::vector<ClassFiles> classes;  ///< sorted by name
  PassedOver passed_over = {};
  PassedOver without_class = {};  ///< images outside of the class folders
};

/// Searches a folder of class folders. A file counts as an image by the ending of its name or by its first bytes, even
/// if it cannot be decoded. Links are followed, unless they lead in circles. Throws Error{data} for a folder that
/// cannot be read or that nests deeper than any data set.
ImageFiles find_images(const std::filesystem::path& folder);

/// The subfolders, sorted by name, without hidden ones and those of operating systems, such as __MACOSX. Throws
/// Error{data} where the folder cannot be read.
std::vector<std::filesystem::path> subfolders(const std::filesystem::path& folder);

}  // namespace convoy
