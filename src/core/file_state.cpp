#include "core/file_state.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Why a path with this status does not exist or cannot be examined, such as a link in a circle; `thing` names what was
/// expected there. "" where it exists.
std::string why_not_there(const fs::path& path, const fs::file_status& status, const std::error_code& error,
                          const std::string& thing) {
  if (!fs::status_known(status)) return "cannot be read: " + error.message();
  if (status.type() != fs::file_type::not_found) return "";
  std::error_code ignored;
  return fs::is_symlink(fs::symlink_status(path, ignored)) ? "a link to nothing" : "no such " + thing;
}

}  // namespace

std::string why_unreadable(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (std::string why = why_not_there(file, status, error, "file"); !why.empty()) return why;
  if (fs::is_directory(status)) return "expected a file, found a folder";
  if (!fs::is_regular_file(status)) return "not a regular file";
  if (access(file.c_str(), R_OK) != 0) return "cannot be read: " + std::generic_category().message(errno);
  return "";
}

std::string why_no_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (std::string why = why_not_there(folder, status, error, "folder"); !why.empty()) return why;
  return fs::is_directory(status) ? "" : "a file, expected a folder";
}

}  // namespace convoy
