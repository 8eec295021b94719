#include "io/lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "convoy/error.h"

namespace convoy {
namespace {

constexpr int end_of_file = std::istream::traits_type::eof();

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  const std::string why = error == ELOOP ? "it is a symbolic link" : std::strerror(error);
  throw Error(ErrorKind::failed, file.string() + ": cannot be written: " + why);
}

}  // namespace

bool next_line(std::istream& stream, std::string& line, std::size_t longest) {
  std::streambuf& bytes = *stream.rdbuf();
  while (bytes.sgetc() != end_of_file) {
    line.clear();
    bool fits = true;
    for (int c = bytes.sbumpc(); c != '\n' && c != end_of_file; c = bytes.sbumpc()) {
      fits = line.size() < longest;
      if (fits) line += static_cast<char>(c);
    }
    if (fits) return true;
  }
  return false;
}

void append_line(const std::filesystem::path& file, std::string_view line) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (descriptor < 0) fail(file, errno);
  const std::string bytes = std::string(line) + '\n';
  const ssize_t written = write(descriptor, bytes.data(), bytes.size());
  // A part of a line is what a kill leaves as well: its reader leaves it out.
  const int error = written < 0 ? errno : ENOSPC;
  close(descriptor);
  if (written != static_cast<ssize_t>(bytes.size())) fail(file, error);
}

}  // namespace convoy
