#pragma once

#include <filesystem>

namespace convoy {

/// A lock that keeps other convoy processes from writing to a folder, until its destructor. It leaves no file behind,
/// even where the process is killed.
class FolderLock {
 public:
  /// Takes the lock. Throws Error{failed} where another process has it. Does nothing where the folder cannot be opened
  /// or the file system knows no locks.
  explicit FolderLock(const std::filesystem::path& folder);
  /// Releases the lock.
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Whether a process has the folder's lock now.
  static bool is_held(const std::filesystem::path& folder);

 private:
  int descriptor_;
};

}  // namespace convoy
