#pragma once

#include <string>

namespace convoy {

/// The path, with the home folder ($HOME) for a "~" that it begins with, as shells write it. Throws Error{config} at
/// `where` when no home folder is known.
std::string with_home(const std::string& path, const std::string& where);

}  // namespace convoy
