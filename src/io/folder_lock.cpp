#include "io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "convoy/error.h"

namespace convoy {

namespace {

/// A descriptor of the folder; -1 where it cannot be opened.
int open_folder(const std::filesystem::path& folder) {
  return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// Takes the folder's lock, and returns whether another process has it instead. Tries for 0.1 seconds, since is_held()
/// in another process takes it for a moment. False also where the file system knows no locks.
bool lock_or_taken(int descriptor) {
  for (int tries = 0; tries < 20; ++tries) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : descriptor_(open_folder(folder)) {
  if (descriptor_ == -1 || !lock_or_taken(descriptor_)) return;
  close(descriptor_);
  throw Error(ErrorKind::failed, folder.string() + ": another convoy process is at work in it");
}

bool FolderLock::is_held(const std::filesystem::path& folder) {
  const int descriptor = open_folder(folder);
  if (descriptor == -1) return false;
  const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(descriptor);
  return held;
}

FolderLock::~FolderLock() { close(descriptor_); }  // does nothing where there is no folder

}  // namespace convoy
