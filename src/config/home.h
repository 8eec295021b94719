#pragma once

#include <string>

namespace convoy {

/// The path with the home folder ($HOME) in place of a leading "~" or "~/", as in shells. Throws Error{config} that
/// names the place `where` if $HOME is not set.
std::string with_home(const std::string& path, const std::string& where);

}  // namespace convoy
