#pragma once

#include <string>

namespace convoy::layers {

/// Whether c is a letter, a digit, "_" or "-".
bool is_name_character(char c);

/// What is wrong with a layer's name, as a message, or "". Names become parts of tensor names and of override keys.
std::string name_problem(const std::string& name);

}  // namespace convoy::layers
