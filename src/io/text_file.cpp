#include "io/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <system_error>

#include "convoy/error.h"
#include "core/fail.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr int end_of_file = std::istream::traits_type::eof();

/// Throws Error{failed} that names the file and why it cannot be written.
[[noreturn]] void fail_to_write(const fs::path& file, const std::string& why) {
  throw Error(ErrorKind::failed, file.string() + ": cannot be written: " + why);
}

/// The meaning of errno's value; a symbolic link is named, which O_NOFOLLOW refuses.
std::string reason(int error) { return error == ELOOP ? "it is a symbolic link" : std::strerror(error); }

/// A file that is open for appending, made if there is none. All members throw Error{failed}.
class Appender {
 public:
  /// Opens the file, not through a link. O_NONBLOCK: a pipe that nobody reads is refused instead of waited for.
  explicit Appender(const fs::path& file)
      : file_(file),
        descriptor_(open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644)) {
    if (descriptor_ == -1) fail_to_write(file_, reason(errno));
  }
  ~Appender() { close(descriptor_); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  /// Appends the bytes in one write, all or none of them.
  void append_whole(std::string_view bytes) const {
    struct stat before {};
    if (fstat(descriptor_, &before) != 0 || !S_ISREG(before.st_mode)) fail_to_write(file_, "not a regular file");
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written == static_cast<ssize_t>(bytes.size())) return;
    const int error = written == -1 ? errno : ENOSPC;
    // A part of a line would swallow the next one.
    if (written > 0 && ftruncate(descriptor_, before.st_size) != 0) fail_to_write(file_, "a part of a line is in it");
    fail_to_write(file_, reason(error));
  }

 private:
  const fs::path& file_;
  int descriptor_;
};

}  // namespace

std::ifstream open_text(const fs::path& file, std::uintmax_t most) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) return {};
  if (!fs::status_known(status)) fail(file, "cannot be read: " + error.message());
  if (!fs::is_regular_file(status)) fail(file, "not a regular file");
  const std::uintmax_t size = fs::file_size(file, error);
  if (!error && size > most) {
    fail(file, std::to_string(size >> 20U) + " MB, expected at most " + std::to_string(most >> 20U));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file, "cannot be read");
  return stream;
}

std::string read_text(const fs::path& file, std::uintmax_t most) {
  const std::ifstream stream = open_text(file, most);
  if (!stream.is_open()) return "";
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

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

void append_line(const fs::path& file, std::string_view line) { Appender(file).append_whole(std::string(line) + '\n'); }

}  // namespace convoy
