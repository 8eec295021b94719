#pragma once

#include <filesystem>
#include <string>

#include "convoy/error.h"
#include "convoy/foreign_text.h"

namespace convoy {

/// Throws Error{data} that names a file or folder and what is wrong with it.
[[noreturn]] inline void fail(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorKind::data, shown(path.string()) + ": " + what);
}

}  // namespace convoy
