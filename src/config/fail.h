#pragma once

#include <string>

#include "convoy/error.h"

namespace convoy {

/// Throws Error{config}: the place in a configuration, where it is known, and what is wrong there.
[[noreturn]] inline void fail(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::config, (where.empty() ? "" : where + ": ") + what);
}

}  // namespace convoy
