#include "config/home.h"

#include <cstdlib>

#include "config/fail.h"

namespace convoy {

std::string with_home(const std::string& path, const std::string& where) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return home + path.substr(1);
  fail(where, "\"~\" means $HOME, which is not set");
}

}  // namespace convoy
