#include "io/text_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "convoy/error.h"
#include "support/files.h"
#include "support/full_disk.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::contents;

namespace {

std::vector<std::string> lines_of(const std::string& text, std::size_t longest) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; next_line(stream, line, longest);) lines.push_back(line);
  return lines;
}

std::string error_of_append(const std::filesystem::path& file, const std::string& line) {
  try {
    append_line(file, line);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("lines that are too long are left out, wherever they stand") {
  using Lines = std::vector<std::string>;
  CHECK(lines_of("", 3).empty());
  CHECK(lines_of("abc\n\nde", 3) == Lines{"abc", "", "de"});
  CHECK(lines_of("abcd\nabc\nabcdefgh\n", 3) == Lines{"abc"});
  CHECK(lines_of("abc\nabcd", 3) == Lines{"abc"});
  CHECK(lines_of(std::string("a\0b\n", 4), 3) == Lines{std::string("a\0b", 3)});
}

TEST_CASE("lines are added to a file, which is made where it is not there") {
  const test::TemporaryFolder folder;
  append_line(folder.path() / "a.txt", "one");
  append_line(folder.path() / "a.txt", "two");
  CHECK(contents(folder.path() / "a.txt") == "one\ntwo\n");
  CHECK_THROWS_WITH_AS(append_line("/no/such/a.txt", "x"),
                       "/no/such/a.txt: cannot be written: No such file or directory", Error);
}

TEST_CASE("a link is not followed") {
  const test::TemporaryFolder folder;
  const auto target = folder.path() / "target";
  const auto link = folder.path() / "link";
  test::write(target, "mine\n");
  std::filesystem::create_symlink(target, link);
  CHECK_THROWS_WITH_AS(append_line(link, "x"), (link.string() + ": cannot be written: it is a symbolic link").c_str(),
                       Error);
  CHECK(contents(target) == "mine\n");
}

TEST_CASE("where a disk is full, no part of a line stays, so that the next line stands for itself") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.txt";
  append_line(file, "one");
  std::string error;
  {
    const test::FullDisk full(6);
    error = error_of_append(file, "two, which is longer");
  }
  CHECK(error == file.string() + ": cannot be written: No space left on device");
  append_line(file, "three");
  CHECK(contents(file) == "one\nthree\n");
}

TEST_CASE("what is no regular file is neither read nor written, and not waited for") {
  const test::TemporaryFolder folder;
  const auto pipe = test::make_pipe(folder.path() / "pipe");
  CHECK_THROWS_WITH_AS(read_text(pipe, 9), (pipe.string() + ": not a regular file").c_str(), Error);
  CHECK(error_of_append(pipe, "x") == pipe.string() + ": cannot be written: No such device or address");
  CHECK(error_of_append("/dev/null", "x") == "/dev/null: cannot be written: not a regular file");
  const auto endless = folder.path() / "endless";
  std::filesystem::create_symlink("/dev/zero", endless);
  CHECK_THROWS_WITH_AS(read_text(endless, 9), (endless.string() + ": not a regular file").c_str(), Error);
}

TEST_CASE("a file is read up to a bound, and nothing where there is none") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.txt";
  CHECK(read_text(file, 3).empty());
  test::write(file, "");
  CHECK(read_text(file, 3).empty());
  test::write(file, std::string("a\0b", 3));
  CHECK(read_text(file, 3) == std::string("a\0b", 3));
  CHECK_THROWS_WITH_AS(read_text(file, 2), (file.string() + ": 0 MB, expected at most 0").c_str(), Error);
  std::filesystem::resize_file(file, std::uintmax_t{1} << 40U);  // sparse
  CHECK_THROWS_WITH_AS(read_text(file, 4 << 20), (file.string() + ": 1048576 MB, expected at most 4").c_str(), Error);
}
