#include "io/lines.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "convoy/error.h"
#include "support/files.h"
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
