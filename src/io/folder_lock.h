#pragma once

#include <filesystem>

namespace convoy {

/// Keeps other processes from writing to a folder while it lives. Leaves nothing behind, not even where the process is
/// killed. Throws Error{failed} when another one holds the folder; where the file system knows no locks, none is held.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Whether a process holds the folder now.
  static bool is_held(const std::filesystem::path& folder);

 private:
  int descriptor_;
};

}  // namespace convoy
