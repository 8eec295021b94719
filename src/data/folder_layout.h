#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// The folders of the parts of an image data set. In a folder that is not divided, the subfolders are classes.
struct FolderLayout {
  std::filesystem::path train;  ///< "" where there is none, as the next two
  std::filesystem::path validation;
  std::filesystem::path test;
  bool divided = false;
  std::string beside = {};              ///< other folders beside the parts: "bus, cat"
  std::vector<std::string> notes = {};  ///< on decisions about ambiguous names
};

/// Searches a folder for train/, val/ and test/ and the other names of part_names.h, in any case of letters. A single
/// part beside other folders is taken for a class. Throws Error{data} where two folders may be the same part.
FolderLayout layout_of(const std::filesystem::path& folder);

}  // namespace convoy
