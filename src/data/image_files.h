#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// What lies in a folder and is no part of the data set.
struct PassedOver {
  int files = 0;
  int folders = 0;                         ///< hidden ones, __MACOSX ... with all that is in them
  std::vector<std::string> examples = {};  ///< the first few, relative to the folder

  /// In one line, or "" where there is nothing.
  std::string text() const;
};

/// The images of one class.
struct ClassFiles {
  std::string name;                          ///< the folder's, as name_text() has it
  std::vector<std::filesystem::path> files;  ///< by name; empty for a folder without an image
};

/// The images below a folder's class folders, however deep, and what else is there.
struct ImageFiles {
  std::vector<ClassFiles> classes;  ///< by name
  PassedOver passed_over = {};
  PassedOver without_class = {};  ///< images that lie in no class folder
};

/// Looks through a folder of class folders. An image is what its name's ending or its first bytes say is one, even if
/// it cannot be read. Links are followed, unless in circles. Throws Error{data} for a folder that cannot be read or
/// that nests deeper than any data set.
ImageFiles find_images(const std::filesystem::path& folder);

/// The subfolders, by name, without hidden ones and those that systems leave behind (__MACOSX).
std::vector<std::filesystem::path> subfolders(const std::filesystem::path& folder);

}  // namespace convoy
