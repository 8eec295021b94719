#pragma once

#include <string>

namespace convoy::layers {

/// A letter, a digit, "_" or "-".
bool is_name_character(char c);

/// Layer names become parts of tensor names and of override keys. What is wrong with one, or "".
std::string name_problem(const std::string& name);

}  // namespace convoy::layers
