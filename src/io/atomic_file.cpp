#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "convoy/error.h"
#include "convoy/foreign_text.h"

namespace convoy {
namespace {

constexpr std::string_view suffix = ".XXXXXX";  // for mkstemp

/// Throws Error{failed} that names the file, what failed, and the meaning of errno's value `error`.
[[noreturn]] void fail_with(const std::filesystem::path& file, const std::string& what, int error) {
  throw Error(ErrorKind::failed, shown(file.string()) + ": " + what + ": " + std::strerror(error));
}

/// A temporary file beside `target`, which the destructor deletes unless it became the target. All members throw
/// Error{failed}.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : target_(target), name_(target.string() + std::string(suffix)) {
    descriptor_ = mkstemp(name_.data());
    if (descriptor_ == -1) fail_with(target_, "cannot be written", errno);
  }
  ~TemporaryFile() {
    close(descriptor_);
    unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Appends the bytes.
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written != -1) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        fail_with(target_, "cannot be written", errno);
      }
    }
  }

  /// Makes the file readable for all, flushes it to disk and renames it to the target.
  void keep_as_target() {
    if (fchmod(descriptor_, 0644) != 0) fail_with(target_, "cannot be flushed", errno);
    if (fsync(descriptor_) != 0) fail_with(target_, "cannot be flushed", errno);
    if (std::rename(name_.c_str(), target_.c_str()) != 0) fail_with(target_, "cannot be replaced", errno);
    name_.clear();
  }

 private:
  std::filesystem::path target_;
  std::string name_;  ///< "" once it is the target
  int descriptor_ = -1;
};

/// Flushes the folder of a file to disk, since a rename is only safe then. Errors are ignored: some file systems
/// refuse.
void flush_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& file, std::span<const std::string_view> pieces) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) fail_with(file, "cannot be written", EISDIR);
  TemporaryFile temporary(file);
  for (const std::string_view piece : pieces) temporary.write(piece);
  temporary.keep_as_target();
  flush_folder(file);
}

void write_file_atomically(const std::filesystem::path& file, std::string_view contents) {
  write_file_atomically(file, std::span(&contents, 1));
}

bool is_temporary_name_of(std::string_view name, std::string_view file) {
  return name.size() == file.size() + suffix.size() && name.starts_with(file) && name[file.size()] == '.';
}

}  // namespace convoy
