#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// Where the parts of an image data set lie. Of a folder that is not divided, its subfolders are the classes.
struct FolderLayout {
  std::filesystem::path train;  ///< empty where there is none, as the next two
  std::filesystem::path validation;
  std::filesystem::path test;
  bool divided = false;
  std::string beside = {};              ///< other folders beside the parts: "bus, cat"
  std::vector<std::string> notes = {};  ///< what is decided about names that may mean something else
};

/// Looks for train/, val/ (valid, validation) and test/, in any case of letters. One of them alone beside other folders
/// is a class. Throws Error{data} where two folders may be the same part.
FolderLayout layout_of(const std::filesystem::path& folder);

}  // namespace convoy
