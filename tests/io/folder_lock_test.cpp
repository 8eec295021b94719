#include "io/folder_lock.h"

#include <doctest/doctest.h>

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
