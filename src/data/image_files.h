#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// Entries of a folder that are no part of the data set.
struct PassedOver {
  int files = 0;
  int folders = 0;                         ///< hidden ones, __MACOSX ...; their contents are not counted
  std::vector<std::string> examples = {};  ///< the first few, relative to the folder

  /// One line with counts and examples, "" where there is nothing.
  std::string text() const;
};

/// The images of one class.
struct ClassFiles {
  std::string name;                          ///< the folder's name, as name_text() writes it
  std::vector<std::filesystem::path> files;  ///< sorted by name; empty for a folder without an image
};

/// The images below a folder's class folders, at any depth, and the entries that were passed over.
struct ImageFiles {
  std::vector<ClassFiles> classes;  ///< by name
  PassedOver passed_over = {};
  PassedOver without_class = {};  ///< images outside of the class folders
};

/// Searches a folder of class folders. A file counts as an image by the ending of its name or by its first bytes, even
/// if it cannot be read. Links are followed, unless in circles. Throws Error{data} for a folder that cannot be read or
/// that nests deeper than any data set.
ImageFiles find_images(const std::filesystem::path& folder);

/// The subfolders, sorted by name, without hidden ones and those that operating systems leave behind (__MACOSX).
std::vector<std::filesystem::path> subfolders(const std::filesystem::path& folder);

}  // namespace convoy
