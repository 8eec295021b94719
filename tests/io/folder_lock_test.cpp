#include "io/folder_lock.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "convoy/error.h"
#include "support/temporary_folder.h"

using namespace convoy;

TEST_CASE("a folder has one holder at a time") {
  const test::TemporaryFolder folder;
  {
    const FolderLock first(folder.path());
    CHECK_THROWS_WITH_AS(FolderLock(folder.path()),
                         (folder.path().string() + ": another convoy process is at work in it").c_str(), Error);
  }
  CHECK_NOTHROW(FolderLock(folder.path()));
}

TEST_CASE("whether a folder is held can be asked without taking it") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(FolderLock::is_held(folder.path()));
  CHECK_FALSE(FolderLock::is_held(folder.path() / "none"));
  CHECK_NOTHROW(FolderLock(folder.path() / "none"));
  errno = EWOULDBLOCK;  // left by an earlier call
  CHECK_FALSE(FolderLock::is_held(folder.path()));
  const FolderLock lock(folder.path());
  CHECK(FolderLock::is_held(folder.path()));
  CHECK(FolderLock::is_held(folder.path()));
}
