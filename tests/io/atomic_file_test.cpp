#include "io/atomic_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "convoy/error.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/full_disk.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::contents;

namespace {

namespace fs = std::filesystem;

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

}  // namespace

TEST_CASE("a file is replaced as a whole") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.txt";
  write_file_atomically(file, "first");
  write_file_atomically(file, "second");
  CHECK(contents(file) == "second");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("what cannot be written leaves no trace") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "folder");
  CHECK_THROWS_AS(write_file_atomically(folder.path() / "folder", "x"), Error);
  CHECK_THROWS_AS(write_file_atomically(folder.path() / "no" / "such" / "file", "x"), Error);
  write_file_atomically(folder.path() / "a.txt", "old");
  CHECK_THROWS_AS(write_file_atomically(folder.path() / "a.txt" / "below-a-file", "x"), Error);
  CHECK(contents(folder.path() / "a.txt") == "old");
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("on a full disk the file stays as it was, and nothing beside it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.txt";
  write_file_atomically(file, "old");
  std::string error;
  {
    const test::FullDisk full(6);
    error = test::error_of(ErrorKind::failed, [&] { write_file_atomically(file, "longer than six"); });
  }
  CHECK(error == file.string() + ": cannot be written: File too large");
  CHECK(contents(file) == "old");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a temporary file has the name of its file, a dot and six characters") {
  CHECK(is_temporary_name_of("last.ckpt.a1B2c3", "last.ckpt"));
  for (const char* other :
       {"last.ckpt", "last.ckpt.a1B2c", "last.ckpt.a1B2c3d", "last.ckpt_a1B2c3", "lost.ckpt.a1B2c3"})
    CHECK_FALSE(is_temporary_name_of(other, "last.ckpt"));
}
